import type { Instant } from "../time/index.ts";

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
  paymentIntentId: string;
  amount: number;
  refundable: number;
  applied: number;
  currency: string;
  createdAt: Instant;
};

/** What is owed back on a charge and not on its way: refunds that failed and were not made good since. Minor units. */
export const undelivered = ({ refundable, applied }: Charge): number => Math.max(0, refundable - applied);
