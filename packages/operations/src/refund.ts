import { type Refund, type RefundPart, wasRefused } from "@clearing/domain/booking";
import { plusHours } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult, RefundFacts } from "@clearing/payments";
import { readRefund, settleRefundPart } from "@clearing/store/refund";
import { by, type Context, replayableHours } from "./context.ts";
import { refundOutcomeOf } from "./outcome.ts";
import { shown } from "./shown.ts";

type Result = { ok: true } | { ok: false; reason: "not_found" | "conflict" } | GatewayFailure;

/**
 * Brings every part of a refund as far as Stripe lets it: makes what was never made, under the part's own key, and asks
 * for the rest. A part that Stripe refused is never asked for again: it is owed, and refundable anew. Idempotent; the
 * first failure ends it, and the queue or the sweep comes again.
 */
export async function carryOutRefund(
  context: Context,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  action: string,
): Promise<Result> {
  const refund = await readRefund(context.store, bookingId, refundId);
  if (refund === null) return { ok: false, reason: "not_found" };
  for (const part of refund.parts) {
    if (wasRefused(part)) continue;
    const facts = await refundAtStripe(context, refund, part);
    if (!facts.ok && facts.kind !== "invalid" && facts.kind !== "declined") return facts;
    const outcome = facts.ok
      ? refundOutcomeOf(facts.value)
      : { stripeRefundId: null, status: "failed" as const, failureCode: facts.code, taken: null, returned: null };
    const result = await settleRefundPart(
      context.store,
      { bookingId, refundId, partId: part.id },
      outcome,
      by(context, action),
    );
    if (!result.ok) return result;
  }
  return { ok: true };
}

async function refundAtStripe(context: Context, refund: Refund, part: RefundPart): Promise<GatewayResult<RefundFacts>> {
  if (part.stripeRefundId !== null) {
    return shown(await context.gateway.retrieveRefund(part.stripeRefundId), part.stripeRefundId);
  }
  if (refund.requestedAt > plusHours(context.clock.now(), -replayableHours)) return createRefund(context, refund, part);
  return (await findRefund(context, part)) ?? createRefund(context, refund, part);
}

function createRefund({ gateway, site }: Context, refund: Refund, part: RefundPart) {
  const metadata = {
    app: "clearing",
    stage: site.stage,
    bookingId: refund.bookingId,
    refundId: refund.id,
    partId: part.id,
  };
  return gateway.createRefund({ chargeId: part.chargeId, amount: part.amount, metadata }, part.id);
}

/** Too old to replay: looked up among the payment's refunds. Null: it was never made, which the list proves. */
async function findRefund({ gateway }: Context, part: RefundPart): Promise<GatewayResult<RefundFacts> | null> {
  let after: string | undefined;
  do {
    const page = shown(await gateway.listRefunds(part.paymentIntentId, after), part.paymentIntentId);
    if (!page.ok) return page;
    const found = page.value.items.find(({ metadata }) => metadata.partId === part.id);
    if (found !== undefined) return { ok: true, value: found };
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return null;
}
