import type { Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";
import type { Succeeded } from "./payment-outcome.ts";
import type { SettlementState } from "./settlement.ts";

/**
 * The method that a deposit's page saved by the permission given with the signature. Nothing if no permission was
 * given, if it was revoked since, or if Stripe does not report the method.
 */
export function savedBy(
  { booking, attempt }: SettlementState,
  { paidWith }: Pick<Succeeded, "paidWith">,
  now: Instant,
): Pick<Booking, "savedMethod"> | Record<string, never> {
  const { paymentMethodId, fingerprint, mandateId, method } = paidWith;
  const isSaved = attempt.via === "checkout" && attempt.autopay && booking.autopay;
  if (!isSaved || paymentMethodId === null || method === undefined) return {};
  const savedMethod: SavedMethod = {
    id: paymentMethodId,
    customerId: attempt.customerId,
    ...method,
    fingerprint,
    mandateId,
    savedAt: now,
    unusable: null,
  };
  return { savedMethod };
}
