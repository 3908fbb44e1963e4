import { type Booking, type Ending, type EndingDecision, endBooking, onlyTakesPart } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { readFile } from "@clearing/store/booking-file";
import { commit, type Guarded, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { refundPut } from "@clearing/store/refund";
import { releaseWrites } from "@clearing/store/release";
import type { Store } from "@clearing/store/store";

/**
 * `reason` is the text of the person who cancels. `participant` is the address of a participant who cancels; the result
 * is `not_found` if the booking names another participant by then.
 */
type EarlyRequest = {
  bookingId: string;
  by: Ending["by"];
  refundId: string;
  reason?: string | undefined;
  participant?: string;
  /** Whether the booking must still end. If not, it stays unchanged. */
  isToEnd?: (booking: Booking, now: Instant) => boolean;
};

export type EndResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "not_found" | "invalid_transition" | "conflict" | "replayed" };

/**
 * Ends a booking early, in one transaction of bounded size: releases its place and locks, each only if it still names
 * this booking, and records the refund owed, which `spreadOverCharges` spreads afterwards. `answer` makes the
 * idempotency record of a request.
 */
export function endEarly(
  store: Store,
  { bookingId, participant, by, isToEnd = () => true, ...request }: EarlyRequest,
  occasion: ActionContext,
  answer: (booking: Booking) => IdempotencyRecord | null = () => null,
): Promise<EndResult> {
  return untilFresh<EndResult>(store, async () => {
    const file = await readFile(store, bookingId);
    const asked = file !== null && (participant === undefined || onlyTakesPart(participant, file.booking));
    if (!asked) return { ok: false, reason: "not_found" };
    const { booking: before } = file;
    if (!isToEnd(before, occasion.now)) return { ok: true, booking: before };
    const decision = endBooking(before, by, { ...request, requestedBy: occasion.actor.sub }, occasion.now);
    if (!decision.ok) return decision;
    const { booking } = decision;
    const writes = [
      ...answerWrites(store.tables.core, answer(booking)),
      ...(await endingWrites(store, before, decision, by, occasion)),
    ];
    return commit(store, writes, { ok: true, booking });
  });
}

/** The writes of every early ending that gives up the place: the release and the refund owed. */
export const endingWrites = async (
  store: Store,
  before: Booking,
  decision: Extract<EndingDecision, { ok: true }>,
  by: Ending["by"],
  occasion: ActionContext,
): Promise<Guarded<"stale">[]> => [
  ...(await releaseWrites(store, before, decision, { end: by }, occasion)),
  ...(decision.refund === null ? [] : [refundPut(store, decision.refund)]),
];
