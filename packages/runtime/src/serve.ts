import type { Route } from "@clearing/contracts/route";
import { epochSeconds, type Instant } from "@clearing/domain/time";
import { type IdempotencyRecord, readIdempotency, readIdempotencyAgain } from "@clearing/store/idempotency";
import { problemResponse, type Refusal, responseOf } from "./answer.ts";
import type { Binding, RequestContext } from "./binding.ts";
import { type Authorized, type Caller, callerOf } from "./caller.ts";
import type { Deps } from "./deps.ts";
import type { HttpEvent } from "./http-event.ts";
import { type Idempotency, scopeOf } from "./idempotency.ts";
import { closeList, openList } from "./list-cursor.ts";
import { changingOnlyWhen } from "./once.ts";
import { type RawRequest, readRequest } from "./route-input.ts";

/** The user agent is stored with a signature, and clients can send any length. */
const longestUserAgent = 500;

/** Thrown at a handler's first write if the request is a repetition: the stored answer is sent instead. */
class AnsweredBefore extends Error {
  override name = "AnsweredBefore";
  /** Marks the error like DynamoDB's own failures: the data read is right, so reading it again does not help. */
  readonly $metadata = {};
}

/** Handles one request: checks caller, input and idempotency key, then calls the handler. */
export async function serve<D extends Deps>(
  deps: D,
  { route, answer, failed, readsAtOnce = false }: Binding<D>,
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
    if (failed && refused === "validation_failed") return responseOf(failed(404));
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
    isHead: http.method === "HEAD",
    requestId,
    sourceIp: http.sourceIp,
    userAgent: http.userAgent.slice(0, longestUserAgent).toWellFormed(),
    deps: {
      ...(kept && readsAtOnce ? changingOnlyWhen(isNew, deps) : deps),
      log: deps.log.with({ operation: route.operationId }),
    },
  };
  const [answering, earlier] = await Promise.allSettled([answer(list.input, context), kept]);
  if (earlier.status === "rejected") throw earlier.reason;
  if (idempotency && earlier.value) return replay(earlier.value, idempotency);
  if (answering.status === "rejected") throw answering.reason;
  const answered = answering.value;
  if (!("refused" in answered || "replayed" in answered)) return responseOf(closeList(answered, list.listId));
  // The refusal can be an effect of the first request with the same key, answered after this one arrived.
  const winner = await lookAgain();
  if (idempotency && winner) return replay(winner, idempotency);
  return problemResponse("refused" in answered ? answered : { refused: "conflict" });
}

type Admission = { ok: true; caller: Caller | null } | { ok: false; refused: "unauthenticated" | "forbidden" };

/**
 * Decides who may use a route. The caller keeps only the roles that the route names, so that a handler's decisions use
 * the same roles that admitted the caller.
 */
function admit({ access }: Route, authorized: Authorized | undefined, { config }: Deps, now: Instant): Admission {
  if (access === "public") return { ok: true, caller: null };
  const caller = callerOf(authorized, config.issuers, now);
  if (caller === null) return { ok: false, refused: "unauthenticated" };
  const roles = caller.roles.filter((role) => access.includes(role));
  return roles.length > 0 ? { ok: true, caller: { ...caller, roles } } : { ok: false, refused: "forbidden" };
}

type KeyVerdict = { ok: true; idempotency: Idempotency | null } | { ok: false; refusal: Refusal };

/** A public request has no caller to store an answer for, so its key is ignored. */
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
    const message = "Must have 1 to 255 printable ASCII characters without spaces";
    const errors = [{ path: "headers.idempotency-key", message }];
    return { ok: false, refusal: { refused: "validation_failed", errors } };
  }
  // Built from the route's parameters: the same path can be written in several ways.
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
  return { ok: true, idempotency: { scope: scopeOf(caller.sub, route.method, path, key), fingerprint } };
}

/** The stored answer to a repeated request; `idempotency_mismatch` if its key was used with another body or query. */
function replay(record: IdempotencyRecord, { fingerprint }: Idempotency): Response {
  if (record.fingerprint !== fingerprint) return problemResponse({ refused: "idempotency_mismatch" });
  return responseOf({ status: record.status, body: record.body, headers: { "idempotent-replayed": "true" } });
}
