import { type Instant, plusDays } from "../time/index.ts";
import { type Attempt, isUnderWay } from "./attempt.ts";
import type { Booking } from "./booking.ts";

/** So long a hold is kept after it ended unpaid: late money finds it, and its client can read what became of it. */
const keptDays = 30;

/** When a hold that ended unpaid is removed; null for every other booking. Whether it may be: `decideRemoval`. */
export function removalAt({ status, paid, ending, timeline }: Booking): Instant | null {
  if (paid > 0 || (status !== "expired" && status !== "cancelled")) return null;
  const endedAt = ending?.at ?? timeline.findLast(({ event }) => event === "HoldExpired")?.at;
  return endedAt === undefined ? null : plusDays(endedAt, keptDays);
}

/** What is kept of a booking beside itself, as far as it decides on its removal. `moved`: a charge or a refund is there. */
export type KeptOfBooking = { attempts: readonly Attempt[]; moved: boolean; isEvaluated: boolean };

/**
 * What becomes of a hold at its removal's instant. `keep`: money moved, a bank debit was under way, or a clinician
 * evaluated its participant. `wait`: it is not known yet what became of a page.
 */
export function decideRemoval({ attempts, moved, isEvaluated }: KeptOfBooking): "remove" | "wait" | "keep" {
  if (moved || isEvaluated || attempts.some(mayBringMoney)) return "keep";
  return attempts.some(isUnderWay) ? "wait" : "remove";
}

/** A page that expired or was never made brings no money; any other outcome had a payment under way. */
const mayBringMoney = (attempt: Attempt): boolean =>
  attempt.paymentIntentId !== null ||
  (!isUnderWay(attempt) && attempt.status !== "expired" && attempt.status !== "refused");
