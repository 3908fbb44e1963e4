import { type OutgoingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Listener, listen } from "./listen.ts";

let listener: Listener;
beforeAll(async () => {
  listener = await listen(0);
  listener.serve((_request, response) => response.end("served"));
});
afterAll(() => listener.close());

/** `fetch` sets `Host` itself, so this makes a raw request, as a page's browser or a script would. */
const ask = (path: string, headers: OutgoingHttpHeaders): Promise<number | undefined> =>
  new Promise((answered, failed) => {
    request(`${listener.url}${path}`, { method: "POST", headers }, (response) => {
      response.resume();
      answered(response.statusCode);
    })
      .on("error", failed)
      .end();
  });

describe("a listener of the local stack", () => {
  test.each(["127.0.0.1", "127.0.0.1:8787", "localhost", "LOCALHOST:8787", "[::1]:8787"])("serves %s", async (host) => {
    expect(await ask("/v1/programs", { host })).toBe(200);
    expect(await ask("/_local/clock", { host })).toBe(200);
  });

  test.each([
    "rebound.example",
    "rebound.example:8787",
    "127.0.0.1.rebound.example",
    "localhost.rebound.example",
    "localhost@rebound.example",
    "0.0.0.0:8787",
    "[::1]:8787.rebound.example",
  ])("refuses a page under the host name %j, whatever it requests", async (host) => {
    expect(await ask("/v1/programs", { host })).toBe(403);
    expect(await ask("/_local/clock", { host, origin: `http://${host}` })).toBe(403);
  });

  test.each(["/_local/clock", "/_sim/webhooks", "/%5flocal/clock", "/%5Fsim/%zz", "//_sim/webhooks", "/_SIM"])(
    "lets no page of another origin post to %s",
    async (path) => {
      const host = "127.0.0.1:8787";
      for (const origin of ["https://page.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1:8787"]) {
        expect(await ask(path, { host, origin }), origin).toBe(403);
      }
      expect(await ask(path, { host, origin: `http://${host}` })).toBe(200);
      expect(await ask(path, { host })).toBe(200);
    },
  );

  test("serves the API and the hosted pages to any origin under the machine's own name", async () => {
    for (const path of ["/docs", "/v1/quotes", "/c/pay/cs_1", "/_localized"]) {
      expect(await ask(path, { host: "127.0.0.1:8787", origin: "http://localhost:3000" }), path).toBe(200);
    }
  });
});
