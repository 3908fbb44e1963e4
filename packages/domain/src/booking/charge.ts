import type { CalendarDate, Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";

/**
 * With what a charge was paid, by Stripe's ids. `fingerprint` is the same for the same card or bank account of any
 * payer; the network's id shows a later charge that the client agreed to it in this one. Null where Stripe names none.
 * For collecting and disputes alone: never in an event, a log, a mail or an answer.
 */
export type PaidWith = {
  paymentMethodId: string | null;
  fingerprint: string | null;
  mandateId: string | null;
  networkTransactionId: string | null;
  /** What it is, for a method that is saved; absent where Stripe does not say. */
  method?: { type: PaymentMethod; last4: string | null; expiresOn: CalendarDate | null };
};

/**
 * One captured charge. `refundable` is what has been neither given back nor promised back (I6): below zero while a refund
 * made at Stripe by hand has taken what was promised, until Stripe refuses that. `applied` is the share that paid dues
 * and is not owed back, so it stands among what is deferred, kept or earned. Minor units.
 */
export type Charge = {
  id: string;
  bookingId: string;
  /** The due that it paid and the attempt that asked for it; null for money that no attempt asked for. */
  dueId: string | null;
  attemptId: string | null;
  /** All the dues that it paid, where those are several. */
  dueIds?: string[];
  paymentIntentId: string;
  amount: number;
  refundable: number;
  applied: number;
  currency: string;
  paidWith: PaidWith;
  /** How Stripe booked it; null while it has not. */
  balanceTransactionId: string | null;
  createdAt: Instant;
};

/** What is owed back on a charge and not on its way: refunds that failed and were not made good since. Minor units. */
export const undelivered = ({ refundable, applied }: Charge): number => Math.max(0, refundable - applied);
