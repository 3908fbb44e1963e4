import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { type HttpBindings, serve } from "@hono/node-server";
import { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

export type Served = Simulator & { url: string; port: number; db: DatabaseSync; close(): Promise<void> };

/** Serves a simulator on 127.0.0.1 (`port` 0: any free one), with an in-memory database or a file. */
export async function serveSimulator(
  options: Partial<Omit<SimulatorOptions, "db" | "baseUrl">> & { port?: number; file?: string } = {},
): Promise<Served> {
  const db = new DatabaseSync(options.file ?? ":memory:");
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000");
  let url = "";
  const simulator = createSimulator({
    db,
    now: options.now ?? Date.now,
    baseUrl: () => url,
    secretKey: options.secretKey ?? "sk_test_simulator",
    settlementCurrencies: options.settlementCurrencies,
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  const server = serve({
    fetch: (request, env) => simulator.fetch(request, env as HttpBindings),
    hostname: "127.0.0.1",
    port: options.port ?? 0,
  });
  await new Promise((listening) => server.once("listening", listening));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  return {
    ...simulator,
    url,
    port,
    db,
    close: async () => {
      await simulator.stop();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      db.close();
    },
  };
}
