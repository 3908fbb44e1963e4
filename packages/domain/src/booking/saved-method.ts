import type { DomainEvent } from "../event/index.ts";
import type { Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";
import { lostMethod } from "./lost-method.ts";
import type { Succeeded } from "./payment-outcome.ts";
import type { SettlementState } from "./settlement.ts";

/** What a deposit changes about the booking's saved method. */
type SavedBy = {
  changes: Partial<Pick<Booking, "savedMethod" | "autopay">>;
  events: (after: Booking) => DomainEvent[];
};

const nothing: SavedBy = { changes: {}, events: () => [] };

/**
 * The method that a deposit's page saved by the permission given with the signature. Nothing if no permission was
 * given, if it was revoked since, or if Stripe does not report the method. A bank debit settles days after the page: if
 * the method was lost in the meantime, automatic collection ends with the settlement, since the event about the loss
 * came before the booking had the method.
 */
export function savedBy(
  { booking, attempt }: SettlementState,
  { paidWith, methodLost }: Pick<Succeeded, "paidWith" | "methodLost">,
  now: Instant,
): SavedBy {
  const { paymentMethodId, fingerprint, mandateId, method } = paidWith;
  const isSaved = attempt.via === "checkout" && attempt.autopay && booking.autopay;
  if (!isSaved || paymentMethodId === null || method === undefined) return nothing;
  const savedMethod: SavedMethod = {
    id: paymentMethodId,
    customerId: attempt.customerId,
    ...method,
    fingerprint,
    mandateId,
    savedAt: now,
    unusable: null,
  };
  const lost = methodLost === undefined ? null : lostMethod({ ...booking, savedMethod }, savedMethod.id, methodLost);
  return lost ?? { ...nothing, changes: { savedMethod } };
}
