import { type Booked, bookingEntries, type FactContext, type JournalEntry } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import type { PaidWith } from "./charge.ts";
import type { LossAtStripe } from "./lost-method.ts";

/**
 * Stripe's report on one attempt, reduced to what a booking's decisions need. Amounts in minor units. `booked` is null
 * until Stripe has a balance transaction for the payment.
 */
export type PaymentOutcome =
  | { kind: "open" }
  | { kind: "processing"; paymentIntentId: string }
  /** The client completed the page; the bank account awaits micro-deposit verification. */
  | { kind: "verifying"; paymentIntentId: string }
  /** The verification deadline has passed, and we cancelled the intent if Stripe allowed it. */
  | { kind: "abandoned"; paymentIntentId: string }
  /** The intent was cancelled at Stripe, by us or by hand. */
  | { kind: "cancelled"; paymentIntentId: string; code: string }
  | { kind: "failed"; paymentIntentId: string | null; code: string }
  | { kind: "expired" }
  | { kind: "refused"; code: string }
  /** Stripe lists no session or intent for the attempt. It is refused, unless its session is recorded. */
  | { kind: "never_made"; code: string }
  /** We expired its page, because nobody could pay on it for a reason that is not the client's. */
  | { kind: "withdrawn"; code: string }
  | {
      kind: "succeeded";
      paymentIntentId: string;
      chargeId: string;
      amount: number;
      currency: string;
      paidAt: Instant;
      paidWith: PaidWith;
      /** Why the method cannot be charged again as of now; absent if it can, or was never to be saved. */
      methodLost?: LossAtStripe;
      booked: Booked | null;
    };

export type Succeeded = Extract<PaymentOutcome, { kind: "succeeded" }>;

/**
 * The date in the cohort's time zone on which Stripe booked a payment, or on which it was paid if that is not known
 * yet.
 */
export const paidOn = ({ terms }: Booking, { booked, paidAt }: Pick<Succeeded, "booked" | "paidAt">): CalendarDate =>
  dateIn(terms.timeZone, booked?.at ?? paidAt);

/**
 * The entries of a payment's balance transaction: its fee and its currency conversion. Empty until Stripe has booked
 * it.
 */
export const bookedEntries = (
  { amount, booked }: Pick<Succeeded, "amount" | "booked">,
  at: FactContext,
): JournalEntry[] => (booked === null ? [] : bookingEntries({ amount, direction: "in", booked }, at));
