import { refusalsOf } from "@clearing/contracts/refusals";
import type { Route } from "@clearing/contracts/route";
import { epochSeconds, type Instant } from "@clearing/domain/time";
import { type IdempotencyRecord, readIdempotency, readIdempotencyAgain } from "@clearing/store/idempotency";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context as LambdaContext } from "aws-lambda";
import { type Answer, problemResponse, type Refusal, type Reply, responseOf } from "./answer.ts";
import { isConflict, isOutage } from "./aws.ts";
import { type Authorized, type Caller, callerOf } from "./caller.ts";
import type { Deps, DepsFactory, NotConfigured } from "./deps.ts";
import { type Idempotency, scopeOf } from "./idempotency.ts";
import { closeList, openList } from "./list-cursor.ts";
import { jsonLog, type Log } from "./log.ts";
import { changingOnlyWhen } from "./once.ts";
import { type InputOf, type RawRequest, readRequest } from "./route-input.ts";

export type { Answer, Refusal, Reply } from "./answer.ts";
export type { Caller } from "./caller.ts";

/** What a handler knows besides its input. `now` is one instant for the whole request. */
export type RequestContext<D extends Deps = Deps> = {
  caller: Caller | null;
  now: Instant;
  idempotency: Idempotency | null;
  requestId: string;
  sourceIp: string;
  userAgent: string;
  deps: D;
  /**
   * Looks once more whether the request was answered meanwhile, which every refusal waits for: a handler that knows what
   * refuses it, and reads on to say more of it, calls this first.
   */
  lookAgain: () => void;
};

/** It is kept with a signature, and a client writes it as it likes. */
const LONGEST_USER_AGENT = 500;

type Handler<R extends Route, D extends Deps> = (input: InputOf<R>, context: RequestContext<D>) => Promise<Answer>;

/** A route with what answers it, and a page with what is shown when that fails. */
export type Binding<D extends Deps = Deps> = {
  route: Route;
  answer: Handler<Route, D>;
  failed?: () => Reply;
  /** It reads while its key is still looked up. */
  readsAtOnce?: boolean;
};

/**
 * A binding whose handler reads while the request's key is still looked up: one round trip less. Its first write, and
 * its first word to Stripe, wait for that: a request that comes again changes nothing.
 */
export const readingAtOnce = <D extends Deps>(binding: Binding<D>): Binding<D> => ({ ...binding, readsAtOnce: true });

type FailedPage<R extends Route> = R extends { page: true } ? [failed: () => Reply] : [failed?: undefined];

/**
 * Binds a route of the contracts to its handler, which is then given what the route's schemas parsed. A page's route
 * also takes the page that is shown when a bug or an outage ends the request.
 */
export function bind<const R extends Route, D extends Deps = Deps>(
  route: R,
  answer: Handler<R, D>,
  ...[failed]: FailedPage<R>
): Binding<D> {
  return { ...bindAnswer(route, answer), ...(failed ? { failed } : {}) };
}

/** A route with its answer. What the route's schemas parsed is what the answer takes. */
export const bindAnswer = <R extends Route, D extends Deps>(route: R, answer: Handler<R, D>): Binding<D> => ({
  route,
  answer: answer as unknown as Handler<Route, D>,
});

/** An event of the HTTP API, with or without what an authorizer says of the token. */
type HttpEvent = APIGatewayProxyEventV2 & { requestContext: { authorizer?: Authorized } };
type HttpResult = APIGatewayProxyStructuredResultV2;

/**
 * The Lambda handler of an HTTP function. It serves the very route that the gateway matched and authorized, and reads no
 * path of its own; every request passes the same gates in the same order (caller, role, size, schemas, idempotency), and
 * whatever goes wrong leaves as problem+json, or as the page's own word of it.
 */
export function httpHandler<D extends Deps>(depsFactory: DepsFactory<D>, bindings: readonly Binding<D>[]) {
  const served = new Map(bindings.map((binding) => [`${binding.route.method} ${binding.route.path}`, binding]));
  const bindingOf = ({ routeKey }: HttpEvent) => served.get(routeKey);
  return stack(async (event) => {
    const binding = bindingOf(event);
    if (binding === undefined) return problemResponse({ refused: "not_found" });
    const deps = await depsFactory();
    if ("notConfigured" in deps) return notConfigured(event, binding);
    const { pathParameters: params = {}, rawQueryString: query = "" } = event;
    return serve(deps, binding, event, { params, query, headers: headersOf(event), body: bodyOf(event) });
  }, bindingOf);
}

/** A request before any parsing: its bytes as they were sent, header names in lower case. */
export type RawHttpRequest = { headers: Readonly<Record<string, string | undefined>>; body: Uint8Array };

/** The Lambda handler of a route that judges the raw bytes itself, such as a webhook; nothing is checked before it. */
export function rawHttpHandler<D extends Deps>(
  depsFactory: () => Promise<D>,
  answer: (request: RawHttpRequest, deps: D) => Promise<Reply | Refusal | Pick<NotConfigured, "notConfigured">>,
) {
  return stack(async (event) => {
    const deps = await depsFactory();
    const log = deps.log.with({ requestId: event.requestContext.requestId });
    const answered = await answer({ headers: headersOf(event), body: bodyOf(event) }, { ...deps, log });
    if ("notConfigured" in answered) return notConfigured(event);
    return "refused" in answered ? problemResponse(answered) : responseOf(answered);
  });
}

type Bound = Pick<Binding, "route" | "failed">;

/**
 * Nobody can pay yet, and Stripe is to deliver again later. It is counted: the alarms on 5xx leave it out
 * (infra/stacks/operations.ts).
 */
function notConfigured(event: HttpEvent, { failed }: Pick<Binding, "failed"> = {}): Response {
  const log = logOf(event);
  log.info("Stripe is not configured yet");
  log.metric("StripeNotConfigured", 1, "Count", { route: event.routeKey });
  return failed ? responseOf(failed()) : problemResponse({ refused: "payment_provider_unavailable" });
}

function stack(
  respond: (event: HttpEvent) => Response | Promise<Response>,
  bindingOf: (event: HttpEvent) => Bound | undefined = () => undefined,
) {
  const handle = async (event: HttpEvent): Promise<HttpResult> => resultOf(await respond(event));
  return middy<HttpEvent, HttpResult, Error, LambdaContext>(handle).use(requestLog()).use(boundary(bindingOf));
}

/** Bugs and outages end here: a problem or a page without a word of what went wrong inside, which is in the log. */
function boundary(bindingOf: (event: HttpEvent) => Bound | undefined): middy.MiddlewareObj<HttpEvent, HttpResult> {
  return {
    onError: async (request) => {
      const { error, event } = request;
      const { route, failed } = bindingOf(event) ?? {};
      const refused = refusalOf(error, route);
      logOf(event).error("request failed", error, { answered: refused });
      request.response = await resultOf(failed ? responseOf(failed()) : problemResponse({ refused }));
    },
  };
}

/** A read that met a transaction only has to be sent again: a conflict is told where the route says what it is. */
function refusalOf(error: unknown, route: Route | undefined): "conflict" | "unavailable" | "internal_error" {
  if (isConflict(error)) return route && refusalsOf(route).includes("conflict") ? "conflict" : "unavailable";
  return isOutage(error) ? "unavailable" : "internal_error";
}

/** One line and one metric per request: the route's pattern, never the path with its ids, the status, the time taken. */
function requestLog(): middy.MiddlewareObj<HttpEvent, HttpResult, Error, LambdaContext, { startedAt: number }> {
  const finish = ({ event, response, internal }: FinishedRequest) => {
    if (!response) return;
    const { requestId } = event.requestContext;
    response.headers = { ...response.headers, "x-request-id": requestId };
    const took = Math.round(performance.now() - (internal.startedAt ?? performance.now()));
    const status = response.statusCode ?? 500;
    const log = logOf(event);
    log.info("request", { status, took });
    log.metric("Latency", took, "Milliseconds", { route: event.routeKey, outcome: `${Math.floor(status / 100)}xx` });
  };
  return {
    before: ({ internal }) => {
      internal.startedAt = performance.now();
    },
    after: finish,
    onError: finish,
  };
}

type FinishedRequest = {
  event: HttpEvent;
  response: HttpResult | null | undefined;
  internal: { startedAt?: number };
};

function logOf(event: HttpEvent): Log {
  return jsonLog({ stage: process.env.STAGE, requestId: event.requestContext.requestId, route: event.routeKey });
}

async function serve<D extends Deps>(
  deps: D,
  { route, answer, readsAtOnce = false }: Binding<D>,
  event: HttpEvent,
  raw: RawRequest,
): Promise<Response> {
  const { http, requestId, authorizer } = event.requestContext;
  const now = deps.clock.now();
  const admitted = admit(route, authorizer, deps, now);
  if (!admitted.ok) return problemResponse({ refused: admitted.refused });
  const { caller } = admitted;

  const request = readRequest(route, raw);
  if (!request.ok) {
    const { reason: refused } = request;
    return problemResponse(refused === "validation_failed" ? { refused, errors: request.errors } : { refused });
  }

  const list = openList(route, caller, request.input);
  if (!list.ok) return problemResponse({ refused: "validation_failed", errors: list.errors });

  const key = idempotencyOf(route, caller, raw, request.fingerprint);
  if (!key.ok) return problemResponse(key.refusal);
  const { idempotency } = key;
  const table = route.function === "clinical" ? "clinical" : "core";
  const record = idempotency && {
    table: deps.store.tables[table],
    scope: idempotency.scope,
    nowSeconds: epochSeconds(now),
  };
  const kept = record && readIdempotency(deps.store, record);
  const before = readsAtOnce ? null : await kept;
  if (idempotency && before) return replay(before, idempotency);
  const isNew = async (): Promise<void> => {
    if (await kept) throw new AnsweredBefore();
  };

  let again: Promise<IdempotencyRecord | null> | null = null;
  const lookAgain = () => {
    again ??= record && readIdempotencyAgain(deps.store, record);
    again?.catch(() => undefined);
    return again;
  };
  const context: RequestContext<D> = {
    caller,
    lookAgain,
    now,
    idempotency,
    requestId,
    sourceIp: http.sourceIp,
    userAgent: http.userAgent.slice(0, LONGEST_USER_AGENT).toWellFormed(),
    deps: {
      ...(kept && readsAtOnce ? changingOnlyWhen(isNew, deps) : deps),
      log: deps.log.with({ requestId, operation: route.operationId }),
    },
  };
  const [answering, earlier] = await Promise.allSettled([answer(list.input, context), kept]);
  if (earlier.status === "rejected") throw earlier.reason;
  if (idempotency && earlier.value) return replay(earlier.value, idempotency);
  if (answering.status === "rejected") throw answering.reason;
  const answered = answering.value;
  if (!("refused" in answered || "replayed" in answered)) return responseOf(closeList(answered, list.listId));
  // What refuses it may be the effect of the first request with its key, answered since this one came.
  const winner = await lookAgain();
  if (idempotency && winner) return replay(winner, idempotency);
  return problemResponse("refused" in answered ? answered : { refused: "conflict" });
}

/** What a handler's first write meets where the request comes again: the answer that was kept is given instead. */
class AnsweredBefore extends Error {
  override name = "AnsweredBefore";
  /** As DynamoDB's own failures: nothing that was read is wrong, and reading it again does not help. */
  readonly $metadata = {};
}

type Admission = { ok: true; caller: Caller | null } | { ok: false; refused: "unauthenticated" | "forbidden" };

/**
 * Who comes in by a route. The caller keeps only those roles that the route names, so that what a handler shows them is
 * decided on the same roles that let them in.
 */
function admit({ access }: Route, authorized: Authorized | undefined, { config }: Deps, now: Instant): Admission {
  if (access === "public") return { ok: true, caller: null };
  const caller = callerOf(authorized, config.issuers, now);
  if (caller === null) return { ok: false, refused: "unauthenticated" };
  const roles = caller.roles.filter((role) => access.includes(role));
  return roles.length > 0 ? { ok: true, caller: { ...caller, roles } } : { ok: false, refused: "forbidden" };
}

type KeyVerdict = { ok: true; idempotency: Idempotency | null } | { ok: false; refusal: Refusal };

/** A public request has no caller to keep a key for: its key is ignored. */
function idempotencyOf(
  route: Route,
  caller: Caller | null,
  { params, headers }: RawRequest,
  fingerprint: string,
): KeyVerdict {
  const key = headers["idempotency-key"];
  if (route.idempotency === "none" || caller === null) return { ok: true, idempotency: null };
  if (key === undefined || key === "") {
    if (route.idempotency === "required") return { ok: false, refusal: { refused: "idempotency_key_required" } };
    return { ok: true, idempotency: null };
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    const errors = [{ path: "headers.idempotency-key", message: "Must be 1 to 255 printable characters" }];
    return { ok: false, refusal: { refused: "validation_failed", errors } };
  }
  // Not the path as it was sent, which can be written in several ways.
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
  return { ok: true, idempotency: { scope: scopeOf(caller.sub, route.method, path, key), fingerprint } };
}

function replay(record: IdempotencyRecord, { fingerprint }: Idempotency): Response {
  if (record.fingerprint !== fingerprint) return problemResponse({ refused: "idempotency_mismatch" });
  return responseOf({ status: record.status, body: record.body, headers: { "idempotent-replayed": "true" } });
}

function headersOf(event: HttpEvent): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

function bodyOf(event: HttpEvent): Uint8Array {
  return Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
}

/** Compressed bytes leave as base64, which the gateway undoes: as text they would not survive. */
async function resultOf(response: Response): Promise<HttpResult> {
  const headers = Object.fromEntries(response.headers);
  const isBase64Encoded = response.headers.has("content-encoding");
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    statusCode: response.status,
    headers,
    body: bytes.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}
