import { once } from "node:events";
import { createServer } from "node:net";

/** Finds this many free ports, or checks these; rejects if one of these is taken. All are held until all are found. */
export async function freePorts(wanted: number | number[]): Promise<number[]> {
  const asked = typeof wanted === "number" ? Array.from({ length: wanted }, () => 0) : wanted;
  const servers = asked.map((port) => createServer().listen(port, "127.0.0.1"));
  try {
    await Promise.all(servers.map((server) => once(server, "listening")));
    return servers.map((server) => {
      const address = server.address();
      return typeof address === "object" && address ? address.port : 0;
    });
  } finally {
    for (const server of servers) server.close();
  }
}
