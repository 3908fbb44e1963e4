import { createHash } from "node:crypto";
import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { notTheCursor } from "@clearing/contracts/fields";
import type { Route } from "@clearing/contracts/route";
import type { Reply } from "./answer.ts";
import type { Caller } from "./caller.ts";
import type { FieldError } from "./route-input.ts";

type ListInput = { params: unknown; query: { limit?: unknown; cursor?: string | undefined } };
type Opened<Input> = { ok: true; input: Input; listId: string } | { ok: false; errors: FieldError[] };

/**
 * Binds a list's cursor to its route, parameters, filters and caller. Handlers see only the inner cursor. A cursor is
 * no secret and grants nothing; the binding refuses a cursor of another list (`errors`), where it would mean nothing or
 * lie outside the range.
 */
export function openList<Input extends ListInput>(route: Route, caller: Caller | null, input: Input): Opened<Input> {
  const { limit: _limit, cursor, ...filters } = input.query;
  const sorted = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1));
  const list = [route.operationId, caller?.sub ?? null, input.params, sorted];
  const listId = createHash("sha256").update(JSON.stringify(list)).digest("base64url").slice(0, 22);
  if (cursor === undefined) return { ok: true, input, listId };
  const [of, ...place] = decodeCursor(cursor) ?? [];
  if (of !== listId || place.length === 0) {
    return { ok: false, errors: [{ path: "query.cursor", message: notTheCursor }] };
  }
  return { ok: true, input: { ...input, query: { ...input.query, cursor: encodeCursor(...place) } }, listId };
}

/** Binds the answer's `nextCursor`, if it has one, to the list. */
export function closeList(reply: Reply, listId: string): Reply {
  const { body } = reply;
  if (typeof body !== "object" || body === null || !("nextCursor" in body)) return reply;
  const place = typeof body.nextCursor === "string" ? decodeCursor(body.nextCursor) : null;
  return place === null ? reply : { ...reply, body: { ...body, nextCursor: encodeCursor(listId, ...place) } };
}
