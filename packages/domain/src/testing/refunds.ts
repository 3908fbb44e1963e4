import { type Charge, type Refund, requestRefund } from "../booking/index.ts";
import { plusSeconds } from "../time/index.ts";
import { Life } from "./life.ts";
import { card, held, today } from "./retreat.ts";

/** The charge with this number; its whole refundable amount is applied. */
export const charge = (index: number, refundable: number, changes: Partial<Charge> = {}): Charge => ({
  id: `ch_${index}`,
  bookingId: "bkg_1",
  dueId: "due_0",
  attemptId: `att_${index}`,
  paymentIntentId: `pi_${index}`,
  amount: 1_000_000,
  refundable,
  applied: refundable,
  currency: "usd",
  paidWith: card,
  balanceTransactionId: null,
  createdAt: plusSeconds(today, index),
  ...changes,
});

/** A refund of this amount owed by an ending, not spread yet. */
export const owing = (amount: number): Refund => ({
  ...requestRefund({
    id: "ref_1",
    booking: held(),
    reason: "cancellation",
    requestedBy: "sub_staff",
    now: today,
    currency: "usd",
    amount,
  }),
});

/** A booking that the operator cancelled, with one refund: one part, the deposit. */
export function owed(): { life: Life; refund: Refund; partId: string } {
  const life = new Life(held()).sign().pay("deposit");
  life.end("operator");
  const [refund] = life.spread().refunds;
  return { life, refund: refund as Refund, partId: refund?.parts[0]?.id ?? "" };
}
