import { carryOutRefund } from "@clearing/operations/refund";
import { closePages } from "@clearing/operations/settle";
import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { operationsOf, settledOrRetried } from "@clearing/runtime/operations";
import { openGateway } from "@clearing/runtime/stripe-account";

/** Does at Stripe what a booking's change asks for: refunds, and the end of pages that nobody should pay on any more. */
export const handler = sqsConsumer(depsFor({ gateway: openGateway }), async ({ name, data }, deps) => {
  const { bookingId, refundId } = data as { bookingId: string; refundId?: string };
  const operations = operationsOf(deps);
  if (name === "RefundRequested" && refundId !== undefined) {
    settledOrRetried(await carryOutRefund(operations, { bookingId, refundId }, `event:${name}`), deps.log);
    return;
  }
  for (const result of await closePages(operations, bookingId, `event:${name}`)) settledOrRetried(result, deps.log);
});
