import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import type { CallChecks, Checked } from "./call-checks.ts";

/** Imported as an ES module, it would load undici for its WebSocket, which takes a worker as long as its bundle. */
const http = process.getBuiltinModule("node:http");

/** The data with which a worker calls DynamoDB without the stack's endpoint in between. */
export type DirectDynamoDb = Checked & {
  /** The port of the endpoint that stands in for AWS: every call except DynamoDB's goes there. */
  awsPort: number;
  database: { host: string; port: number };
  /** The headers that replace a signature. */
  headers: Record<string, string>;
  /** An Int32 that is zero while no fault can strike this function; faults only strike at the endpoint. */
  faults: SharedArrayBuffer;
};

type Respond = (response: IncomingMessage) => void;

/**
 * A worker's first calls use the endpoint: many workers make few calls, and loading the checks costs as much as a
 * hundred calls.
 */
const loadedAfter = 20;

/**
 * Sends this worker's calls of DynamoDB directly to the database, under the endpoint's checks. Calls `wrote` for each
 * written table before the function gets its answer. The two extra hops of HTTP were a third of the work of the stack's
 * main thread. Call it before a bundle is loaded.
 */
export function callDirectly(direct: DirectDynamoDb, wrote: (tables: string[]) => void): void {
  const { request } = http;
  const faults = new Int32Array(direct.faults);
  const identity = { ...direct.headers, "user-agent": direct.caller.label };
  let calls = 0;
  let checks: CallChecks | undefined;

  async function load(): Promise<void> {
    const { createCallChecks } = await import("./call-checks.ts");
    checks = createCallChecks(direct);
  }

  function call(check: CallChecks, options: RequestOptions, operation: string, respond: Respond): ClientRequest {
    let written: string[] = [];
    const sent = request(
      { ...options, ...direct.database, headers: { ...options.headers, ...identity } },
      (response) => {
        // The function's clock, as in the endpoint's answers.
        response.headers.date = new Date().toUTCString();
        if (response.statusCode === 200 && written.length > 0) wrote(written);
        respond(response);
      },
    );
    const end = sent.end.bind(sent);
    return Object.assign(sent, {
      end(body: string | Uint8Array): ClientRequest {
        const checked = check(operation, typeof body === "string" ? body : Buffer.from(body).toString());
        if (checked instanceof http.IncomingMessage) {
          // The request is answered already: closing its unused connection is no error for the caller.
          sent.removeAllListeners("error").on("error", () => {});
          respond(checked);
          return sent.destroy();
        }
        written = checked;
        return end(body);
      },
    });
  }

  function patched(
    url: string | URL | RequestOptions,
    options?: RequestOptions | Respond,
    respond?: Respond,
  ): ClientRequest {
    if (typeof url === "object" && !(url instanceof URL) && typeof options === "function" && faults[0] === 0) {
      const operation = Number(url.port) === direct.awsPort ? operationOf(url) : undefined;
      if (operation !== undefined && checks) return call(checks, url, operation, options);
      if (operation !== undefined && ++calls === loadedAfter) void load();
    }
    return Reflect.apply(request, http, [url, options, respond]);
  }

  Object.assign(http, { request: patched });
  syncBuiltinESMExports();
}

function operationOf({ headers }: RequestOptions): string | undefined {
  const target = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "x-amz-target")?.[1];
  return /^DynamoDB_\d+\.(\w+)$/.exec(String(target))?.[1];
}
