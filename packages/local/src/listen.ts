import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { StartRefused } from "./data-folder.ts";
import { foreign } from "./own-machine.ts";

/** An HTTP server on 127.0.0.1, only for this machine, whose port is known before anything answers. */
export type Listener = { url: string; serve(listener: RequestListener): void; close(): Promise<void> };

/**
 * Binds a port at once (0: any free one), so that a taken port is found first. Requests wait until `serve` is called.
 */
export async function listen(port: number): Promise<Listener> {
  let listener: RequestListener | undefined;
  const early: [IncomingMessage, ServerResponse<IncomingMessage> & { req: IncomingMessage }][] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const refusal = foreign(request);
    if (refusal !== undefined) {
      response.writeHead(403, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify({ message: `Forbidden: ${refusal}` }));
    } else if (listener) listener(request, response);
    else early.push([request, response]);
  });
  await new Promise<void>((settled, refused) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      refused(
        error.code === "EADDRINUSE"
          ? new StartRefused(`port ${port} on 127.0.0.1 is in use: choose another with PORT or STRIPE_SIMULATOR_PORT`)
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", settled);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`,
    serve(next) {
      listener = next;
      for (const [request, response] of early.splice(0)) next(request, response);
    },
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
