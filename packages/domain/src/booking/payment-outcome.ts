import { type Booked, bookingEntries, type FactContext, type JournalEntry } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import type { PaidWith } from "./charge.ts";

/**
 * What Stripe says of one attempt, reduced to what a booking decides on. Amounts in minor units. `booked` is null while
 * Stripe has not put a payment on its balance.
 */
export type PaymentOutcome =
  | { kind: "open" }
  | { kind: "processing"; paymentIntentId: string }
  /** The page was completed with a bank account that is still to be verified by micro-deposits. */
  | { kind: "verifying"; paymentIntentId: string }
  /** That was waited for as long as it is, and its intent cancelled if Stripe let it. */
  | { kind: "abandoned"; paymentIntentId: string }
  /** Its intent was cancelled at Stripe, by us or by hand. */
  | { kind: "cancelled"; paymentIntentId: string; code: string }
  | { kind: "failed"; paymentIntentId: string | null; code: string }
  | { kind: "expired" }
  | { kind: "refused"; code: string }
  /** Stripe lists no session or intent of it: it is refused, unless its session is known. */
  | { kind: "never_made"; code: string }
  /** We ended its page, on which nobody could pay for a reason that is not the client's. */
  | { kind: "withdrawn"; code: string }
  | {
      kind: "succeeded";
      paymentIntentId: string;
      chargeId: string;
      amount: number;
      currency: string;
      paidAt: Instant;
      paidWith: PaidWith;
      booked: Booked | null;
    };

export type Succeeded = Extract<PaymentOutcome, { kind: "succeeded" }>;

/** The calendar date in the cohort's zone on which Stripe booked a payment, or took it while that is not known. */
export const paidOn = ({ terms }: Booking, { booked, paidAt }: Pick<Succeeded, "booked" | "paidAt">): CalendarDate =>
  dateIn(terms.timeZone, booked?.at ?? paidAt);

/** The entries that a payment's balance transaction adds: its fee and its conversion. Empty until Stripe has booked it. */
export const bookedEntries = (
  { amount, booked }: Pick<Succeeded, "amount" | "booked">,
  at: FactContext,
): JournalEntry[] => (booked === null ? [] : bookingEntries({ amount, direction: "in", booked }, at));
