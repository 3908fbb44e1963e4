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

/** It is kept with a signature, and a client writes it as it likes. */
const longestUserAgent = 500;

/** What a handler's first write meets where the request comes again: the answer that was kept is given instead. */
class AnsweredBefore extends Error {
  override name = "AnsweredBefore";
  /** As DynamoDB's own failures: nothing that was read is wrong, and reading it again does not help. */
  readonly $metadata = {};
}

/** One request past every gate: its caller, its input, its key, and then the answer of its handler. */
export async function serve<D extends Deps>(
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
  // What refuses it may be the effect of the first request with its key, answered since this one came.
  const winner = await lookAgain();
  if (idempotency && winner) return replay(winner, idempotency);
  return problemResponse("refused" in answered ? answered : { refused: "conflict" });
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
    const errors = [{ path: "headers.idempotency-key", message: "Must have 1 to 255 printable ASCII characters" }];
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
