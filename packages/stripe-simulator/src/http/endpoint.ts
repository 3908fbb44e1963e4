import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import canonicalize from "canonicalize";
import type { Context } from "hono";
import { type Faults, internalError, rateLimited } from "../faults.ts";
import { accountApiVersion, randomText, type World } from "../world.ts";
import { expand } from "./expand.ts";
import { decodeBody, decodeForm } from "./form.ts";
import type { IdempotencyKeys, SavedAnswer } from "./idempotency.ts";
import { list, parseShape, type Shape, text, type Values } from "./params.ts";
import { StripeFailure } from "./stripe-error.ts";

export type Env = { Bindings: Partial<HttpBindings> };
/** The state that the HTTP routes share. */
export type Surface = { world: World; faults: Faults; keys: IdempotencyKeys; secretKey: string; settled: () => void };
/** One operation of the API: its table of parameters, and a synchronous function that runs in one transaction. */
export type Operation<S extends Shape> = {
  params: S;
  run: (params: Values<S>, path: Record<string, string>) => unknown;
};

const expandParameter = { expand: list(text(), 20) };
const html =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

/** Makes an HTTP handler of an operation: key, faults, idempotency, parameters, transaction, expansion, envelope. */
export function endpoint<S extends Shape>(surface: Surface, operation: Operation<S>) {
  return async (c: Context<Env>): Promise<Response> => {
    const requestId = `req_${randomText(14)}`;
    const version = c.req.header("stripe-version") ?? accountApiVersion;
    try {
      authenticate(c, surface.secretKey);
      const broken = transportFault(c, surface);
      if (broken) return broken;
      const answer = await answerOnce(c, surface, operation, requestId, version);
      if (surface.faults.strikes("timeout_after", c.req.path)) return hangUp(c);
      return answer;
    } catch (failure) {
      return failed(failure, requestId, version);
    }
  };
}

async function answerOnce<S extends Shape>(
  c: Context<Env>,
  surface: Surface,
  operation: Operation<S>,
  requestId: string,
  version: string,
): Promise<Response> {
  const { world, faults, keys } = surface;
  const { path, method } = c.req;
  const raw =
    method === "POST"
      ? decodeBody(c.req.header("content-type") ?? null, await c.req.text())
      : decodeForm(new URL(c.req.url).search.slice(1));
  const key = method === "GET" ? undefined : c.req.header("idempotency-key");
  // The order of parameters does not change the fingerprint.
  const fingerprint = canonicalize({ method, raw }) ?? "";

  const respond = (answer: SavedAnswer, replayed: boolean) =>
    new Response(answer.body, {
      status: answer.status,
      headers: {
        ...baseHeaders(requestId, version),
        ...(key ? { "idempotency-key": key } : {}),
        ...(key ? { "original-request": answer.requestId } : {}),
        ...(replayed ? { "idempotent-replayed": "true" } : {}),
      },
    });

  if (key !== undefined) {
    const saved = keys.begin(key, path, fingerprint);
    if (saved) return respond(saved, true);
  }
  try {
    const slow = faults.strikes("slow", path);
    if (slow) await new Promise((wake) => setTimeout(wake, slow.ms ?? 200));
    const answer = world.transaction((): SavedAnswer => {
      world.asking = { requestId, idempotencyKey: key ?? null, version };
      const parsed: Record<string, unknown> = parseShape({ ...operation.params, ...expandParameter } as Shape, raw);
      const { expand: paths = [], ...own } = parsed;
      // From here on the endpoint runs, so its answer is saved under the key.
      const broken = faults.strikes("error", path);
      const outcome = attempt(world, () => {
        if (broken) throw internalError(500);
        const object = operation.run(own as Values<S>, c.req.param() as Record<string, string>);
        return expand(world, object, paths as string[]);
      });
      const lost = outcome.status === 200 && method === "POST" && faults.strikes("error_after", path);
      const result = { ...(lost ? answerOf(internalError(500)) : outcome), requestId };
      if (key !== undefined) keys.save(key, path, fingerprint, result);
      return result;
    });
    surface.settled();
    return respond(answer, false);
  } finally {
    if (key !== undefined) keys.end(key);
  }
}

/** Runs the operation. A refusal rolls it back, unless the refusal itself is recorded, such as a decline. */
function attempt(world: World, run: () => unknown): { status: number; body: string } {
  try {
    return { status: 200, body: world.nested(() => JSON.stringify(run(), null, 2)) };
  } catch (error) {
    return answerOf(error instanceof StripeFailure ? error : unexpected(error));
  }
}

function answerOf({ status, body }: StripeFailure): { status: number; body: string } {
  return { status, body: JSON.stringify({ error: body }, null, 2) };
}

function unexpected(error: unknown): StripeFailure {
  console.error("stripe simulator:", error);
  return internalError(500);
}

export function authenticate(c: Context<Env>, secretKey: string): void {
  const header = c.req.header("authorization") ?? "";
  const [scheme = "", credentials = ""] = header.split(" ");
  const given =
    scheme.toLowerCase() === "basic" ? Buffer.from(credentials, "base64").toString().split(":")[0] : credentials;
  if (given === secretKey) return;
  const message = given
    ? `Invalid API Key provided: ${given.slice(0, 8)}${"*".repeat(Math.max(0, given.length - 12))}${given.slice(-4)}`
    : "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').";
  throw new StripeFailure(401, { type: "invalid_request_error", message }, false, {
    "www-authenticate": 'Bearer realm="Stripe"',
  });
}

function transportFault(c: Context<Env>, { world, faults }: Surface): Response | null {
  const struck = (["timeout", "html", "throttle", "unavailable"] as const).find((kind) =>
    faults.strikes(kind, c.req.path),
  );
  if (struck === "throttle") throw rateLimited(world.settings.draw("lock", 0) < 0.5);
  if (struck === "unavailable") throw internalError(503);
  if (struck === "html") return new Response(html, { status: 502, headers: { "content-type": "text/html" } });
  return struck === "timeout" ? hangUp(c) : null;
}

/** Breaks the connection without an answer. */
function hangUp(c: Context<Env>): Response {
  const socket = c.env?.incoming?.socket;
  if (!socket) throw new Error("No socket to break: the simulator is not served by @hono/node-server.");
  socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

export function failed(error: unknown, requestId: string, version: string): Response {
  const failure = error instanceof StripeFailure ? error : unexpected(error);
  return new Response(JSON.stringify({ error: failure.body }, null, 2), {
    status: failure.status,
    headers: { ...baseHeaders(requestId, version), ...failure.headers },
  });
}

function baseHeaders(requestId: string, version: string): Record<string, string> {
  return { "content-type": "application/json", "request-id": requestId, "stripe-version": version };
}
