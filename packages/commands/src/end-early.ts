import { type Booking, type Ending, endBooking, onlyTakesPart } from "@clearing/domain/booking";
import { type Occasion, readFile } from "@clearing/store/booking";
import { commit, type Guarded, untilFresh } from "@clearing/store/commit";
import { type IdempotencyRecord, idempotencyPut } from "@clearing/store/idempotency";
import { refundPut } from "@clearing/store/refund";
import { releaseWrites } from "@clearing/store/release";
import type { Store } from "@clearing/store/store";

/** `reason` is what the person who cancels wrote. */
type EndRequest = { by: Ending["by"]; refundId: string; reason?: string | undefined };

/** `participant`: the address of a participant who asks; not found, should the booking name another one by then. */
type EarlyRequest = EndRequest & { bookingId: string; participant?: string };

export type EndResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "not_found" | "invalid_transition" | "conflict" | "replayed" };

/**
 * Ends a booking early, in one transaction of the same size for every booking: its place and locks are let go, each only
 * while it still names this booking, and what is owed back is recorded, to be spread over its charges afterwards
 * (`spreadOverCharges`). `answer` makes the record of a request that asked for it.
 */
export function endEarly(
  store: Store,
  { bookingId, participant, ...request }: EarlyRequest,
  occasion: Occasion,
  answer?: (booking: Booking) => IdempotencyRecord | null,
): Promise<EndResult> {
  return untilFresh<EndResult>(store, async () => {
    const file = await readFile(store, bookingId);
    const asked = file !== null && (participant === undefined || onlyTakesPart(participant, file.booking));
    if (!asked) return { ok: false, reason: "not_found" };
    return endOnce(store, file.booking, request, occasion, [], answer);
  });
}

export type Ended =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "invalid_transition" | "replayed" | "conflict" | "stale" };

/** Ends a booking as it was read. `checks`: what else has to hold in the transaction. */
export async function endOnce(
  store: Store,
  before: Booking,
  { by, refundId, reason }: EndRequest,
  occasion: Occasion,
  checks: Guarded<"stale">[],
  answer?: (booking: Booking) => IdempotencyRecord | null,
): Promise<Ended> {
  const request = { refundId, requestedBy: occasion.actor.sub, reason };
  const decision = endBooking(before, by, request, occasion.now);
  if (!decision.ok) return decision;
  const record = answer?.(decision.booking) ?? null;
  const result = await commit(store, [
    ...(record === null ? [] : [idempotencyPut(store.tables.core, record)]),
    ...(await releaseWrites(store, before, decision, { by }, occasion)),
    ...(decision.refund === null ? [] : [refundPut(store, decision.refund)]),
    ...checks,
  ]);
  if (result.ok) return { ok: true, booking: decision.booking };
  return { ok: false, reason: result.reason === "already_posted" ? "stale" : result.reason };
}
