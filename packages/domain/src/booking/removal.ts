import { type Instant, plusDays } from "../time/index.ts";
import { type Attempt, isUnderWay } from "./attempt.ts";
import type { Booking } from "./booking.ts";

/** How long a hold that ended unpaid is kept: late money can still find it, and its client can read its outcome. */
const keptDays = 30;

/** Two years: how long evidence of a credit disclosure is kept (12 CFR 1026.25(a)). */
const evidenceKeptDays = 731;

/** When to remove a hold that ended unpaid; null for every other booking. `decideRemoval` decides whether it may go. */
export function removalAt(booking: Booking): Instant | null {
  const { status, paid, ending, timeline } = booking;
  if (paid > 0 || (status !== "expired" && status !== "cancelled")) return null;
  const endedAt = ending?.at ?? timeline.findLast(({ event }) => event === "HoldExpired")?.at;
  return endedAt === undefined ? null : plusDays(endedAt, isCreditEvidence(booking) ? evidenceKeptDays : keptDays);
}

/** The client signed a plan of several payments. Its agreement may carry a credit disclosure. */
const isCreditEvidence = ({ terms, agreement }: Booking): boolean =>
  agreement.signedAt !== null && (terms.planKind === "installments" || terms.planKind === "financed");

/** The records of a booking that decide on its removal. `moved`: it has a charge or a refund. */
export type KeptOfBooking = { attempts: readonly Attempt[]; moved: boolean; isEvaluated: boolean };

/**
 * Decides on a hold when its removal is due. `keep`: money moved, a bank debit was under way, or a clinician evaluated
 * the participant. `wait`: the outcome of a page is unknown.
 */
export function decideRemoval({ attempts, moved, isEvaluated }: KeptOfBooking): "remove" | "wait" | "keep" {
  if (moved || isEvaluated || attempts.some(mayBringMoney)) return "keep";
  return attempts.some(isUnderWay) ? "wait" : "remove";
}

/** A page that expired or was never created brings no money. Any other final status had a payment under way. */
const mayBringMoney = (attempt: Attempt): boolean =>
  attempt.paymentIntentId !== null ||
  (!isUnderWay(attempt) && attempt.status !== "expired" && attempt.status !== "refused");
