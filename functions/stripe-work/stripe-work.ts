import { closeAtStripe, isLeftToItsWorker } from "@clearing/commands/close-at-stripe";
import { carryOutRefund } from "@clearing/commands/refund";
import type { Gateway } from "@clearing/payments";
import { contextOf, settledOrRetried } from "@clearing/runtime/commands";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";

/**
 * Does the work at Stripe that a booking's change requires: carries out refunds, and closes the pages of a
 * booking that has ended. Also counts permanent refusals of Stripe and converted money from their events, so each fact is counted
 * once and no crash after the commit loses the alarm.
 */
export async function workAtStripe({ name, data }: BusEvent, deps: Deps & { gateway: Gateway }): Promise<string> {
  if (name === "MoneyConverted") {
    const { reference, bookingId, amount, currency } = data as Readonly<Record<string, string | number>>;
    deps.log.warn("money converted by stripe", { reference, bookingId, amount, currency });
    deps.log.metric("MoneyConverted", 1, "Count");
    return "counted";
  }
  const { bookingId, refundId, code } = data as { bookingId: string; refundId?: string; code?: string };
  const services = contextOf(deps);
  if (name === "RefundRefused") {
    deps.log.warn("refund refused by stripe", { bookingId, refundId, code });
    deps.log.metric("RefundsRefused", 1, "Count");
    return "counted";
  }
  if (name === "RefundRequested" && refundId !== undefined) {
    settledOrRetried(await carryOutRefund(services, { bookingId, refundId }, `event:${name}`), deps.log);
    return "refund_carried_out";
  }
  const closed = await closeAtStripe(services, bookingId, `event:${name}`);
  for (const result of closed) if (!isLeftToItsWorker(result)) settledOrRetried(result, deps.log);
  return closed.length === 0 ? "nothing_to_close" : "closed_at_stripe";
}
