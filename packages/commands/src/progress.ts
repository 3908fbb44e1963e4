import {
  type Booking,
  confirm,
  type Ending,
  endBooking,
  onlyTakesPart,
  progress,
  unconfirm,
} from "@clearing/domain/booking";
import { bookingWrites, type Occasion, readFile } from "@clearing/store/booking";
import { clearanceUnchanged } from "@clearing/store/clearance";
import { type CommitResult, commit, type Guarded, untilFresh } from "@clearing/store/commit";
import { confirmationWrites } from "@clearing/store/confirmation";
import { type IdempotencyRecord, idempotencyPut } from "@clearing/store/idempotency";
import { releaseWrites } from "@clearing/store/locks";
import { pagesToClose } from "@clearing/store/pages";
import { refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";
import { unpaidEndingWrites } from "@clearing/store/unpaid-endings";

export type ProgressResult = { ok: true; booking: Booking } | { ok: false; reason: "not_found" | "conflict" };

/**
 * Does what a booking's facts now ask for, until they ask for nothing: confirms it, takes a confirmation back, declines
 * it after its hours, cancels it after its clearance deadline. Called whenever one of the facts arrives, and by the
 * sweep; calling it once more changes nothing.
 */
export async function progressBooking(
  store: Store,
  request: { bookingId: string; refundId: string },
  occasion: Occasion,
): Promise<ProgressResult> {
  for (;;) {
    const step = await untilFresh<Step>(store, () => progressOnce(store, request, occasion));
    if (!step.ok) return step;
    if (!step.moved) return { ok: true, booking: step.booking };
  }
}

type Step = { ok: true; booking: Booking; moved: boolean } | { ok: false; reason: "not_found" | "conflict" };

/** One step. What takes something away does so only on the clearance that was read: a newer one is looked at first. */
async function progressOnce(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  occasion: Occasion,
): Promise<Step | { ok: false; reason: "stale" }> {
  const file = await readFile(store, bookingId);
  if (file === null) return { ok: false, reason: "not_found" };
  const { booking, clearance } = file;
  const unchanged = clearanceUnchanged(store, bookingId, clearance);
  switch (progress(booking, clearance, occasion.now)) {
    case "none":
      return { ok: true, booking, moved: false };
    case "confirm": {
      const change = confirm(booking, occasion.now);
      return moved(change.booking, await commit(store, confirmationWrites(store, booking, change, occasion)));
    }
    case "unconfirm": {
      const change = unconfirm(booking, occasion.now);
      const writes = [...bookingWrites(store, booking, change, occasion), unchanged];
      return moved(change.booking, await commit(store, writes));
    }
    case "decline":
      return ended(await endOnce(store, booking, { by: "not_cleared", refundId }, occasion, [unchanged]));
    case "miss_deadline":
      return ended(await endOnce(store, booking, { by: "clearance_deadline", refundId }, occasion, [unchanged]));
  }
}

function moved(booking: Booking, result: CommitResult<string>): Step | { ok: false; reason: "stale" } {
  if (result.ok) return { ok: true, booking, moved: true };
  return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
}

const ended = (result: Ended): Step | { ok: false; reason: "stale" } =>
  result.ok
    ? moved(result.booking, result)
    : { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };

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

type Ended =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "invalid_transition" | "replayed" | "conflict" | "stale" };

async function endOnce(
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
    ...endingWrites(store, before, decision, occasion),
    ...checks,
    ...(await releaseWrites(store, before)),
    ...(await unpaidEndingWrites(store, before, by, occasion.now)),
  ]);
  if (result.ok) return { ok: true, booking: decision.booking };
  return { ok: false, reason: result.reason === "already_posted" ? "stale" : result.reason };
}

/** What every ending writes, whoever ends the booking: itself, what it owes back, and which pages are to be closed. */
export const endingWrites = (
  store: Store,
  before: Booking,
  decision: Extract<ReturnType<typeof endBooking>, { ok: true }>,
  occasion: Occasion,
): Guarded<"stale" | "already_posted">[] => [
  ...bookingWrites(store, before, decision, occasion),
  ...pagesToClose(store, before, occasion.now),
  ...(decision.refund === null ? [] : [refundPut(store, decision.refund)]),
];
