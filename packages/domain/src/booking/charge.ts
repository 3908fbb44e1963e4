import type { CalendarDate, Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";

/**
 * The payment method of a charge, by Stripe's ids. `fingerprint` is the same for the same card or bank account of any
 * payer. `networkTransactionId` proves to the card network that the client agreed to later charges. Null if Stripe
 * gives none. Used for collection and disputes only: never in an event, log, mail or response.
 */
export type PaidWith = {
  paymentMethodId: string | null;
  fingerprint: string | null;
  mandateId: string | null;
  networkTransactionId: string | null;
  /** The type and details of the method, to save it; absent if Stripe does not report them. */
  method?: { type: PaymentMethod; last4: string | null; expiresOn: CalendarDate | null };
};

/**
 * One captured charge, in minor units. `refundable` is the amount neither refunded nor promised back (I6). It is below
 * zero while a refund made by hand at Stripe has taken from a promised refund, until Stripe refuses that one. `applied`
 * is the share that paid dues and is not owed back, so it is deferred, kept or earned.
 */
export type Charge = {
  id: string;
  bookingId: string;
  /** The due that it paid and the attempt that requested it; null for a payment without an attempt. */
  dueId: string | null;
  attemptId: string | null;
  /** Every due that it paid; absent if it paid only `dueId`. */
  dueIds?: string[];
  paymentIntentId: string;
  amount: number;
  refundable: number;
  applied: number;
  currency: string;
  paidWith: PaidWith;
  /** Stripe's balance transaction for it; null until it exists. */
  balanceTransactionId: string | null;
  createdAt: Instant;
};

/**
 * The amount owed back on a charge by refunds that failed and were not replaced, in minor units. None of it is on its
 * way.
 */
export const undelivered = ({ refundable, applied }: Charge): number => Math.max(0, refundable - applied);
