import { closePages, isLeftToItsWorker } from "@clearing/commands/pages";
import { carryOutRefund } from "@clearing/commands/refund";
import type { Gateway } from "@clearing/payments";
import { contextOf, settledOrRetried } from "@clearing/runtime/commands";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";

/**
 * Does at Stripe what a booking's change asks for: refunds, and the end of pages that nobody should pay on any more. What
 * Stripe refused for good, and money that it converted, is counted here, from its event: once for each such fact, and no
 * crash after the commit can lose the alarm.
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
  const closed = await closePages(services, bookingId, `event:${name}`);
  for (const result of closed) if (!isLeftToItsWorker(result)) settledOrRetried(result, deps.log);
  return closed.length === 0 ? "nothing_to_close" : "pages_closed";
}
