import { refundReturned, refundTaken, unknownRefundOwed } from "@clearing/domain/ledger";
import { dateIn, type Instant } from "@clearing/domain/time";
import type { GatewayResult, StripeRefund } from "@clearing/payments";
import { postOnce, readCredit } from "@clearing/store/journal";
import { readRefund } from "@clearing/store/refund";
import { refundOutcomeOf } from "./outcome.ts";
import type { Applied } from "./payment.ts";
import { byHandId, fits, refundAtStripe } from "./refund-at-stripe.ts";
import { recordStripeRefund } from "./refund-by-hand.ts";
import { settleRefundPart } from "./refund-parts.ts";
import { occasionFor, type Services } from "./services.ts";

/**
 * Applies every refund of a payment, oldest first: whether a refund made by hand delivers what is owed depends on the
 * refunds before it.
 */
export async function applyRefundsOf(services: Services, paymentIntentId: string, action: string): Promise<Applied> {
  const refunds = await refundsOf(services, paymentIntentId);
  if (!refunds.ok) return refunds;
  for (const { refundId } of refunds.value.toReversed()) {
    const refund = await services.gateway.retrieveRefund(refundId);
    if (!refund.ok) return refund;
    const applied =
      (await applyPart(services, refund.value, action)) ?? (await applyByHand(services, refund.value, action));
    if (!applied.ok) return applied;
  }
  return { ok: true };
}

/** All refunds of a payment, newest first. */
async function refundsOf({ gateway }: Services, paymentIntentId: string): Promise<GatewayResult<StripeRefund[]>> {
  const refunds: StripeRefund[] = [];
  let after: string | undefined;
  do {
    const page = await gateway.listRefunds(paymentIntentId, after);
    if (!page.ok) return page;
    refunds.push(...page.value.items);
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return { ok: true, value: refunds };
}

/**
 * Applies a refund that we requested; null if it is not ours. Metadata leads to the part, but only the refund's id
 * proves that it is the part's own. A part without a known id learns it by replaying its request.
 */
export async function applyPart(services: Services, refund: StripeRefund, action: string): Promise<Applied | null> {
  const { app, stage, bookingId, refundId, partId } = refund.metadata;
  if (app !== "clearing" || stage !== services.site.stage || !bookingId || !refundId || !partId) return null;
  const ours = await readRefund(services.store, bookingId, refundId);
  const part = ours?.parts.find(({ id }) => id === partId);
  if (ours === null || part === undefined || part.status === "refused" || !fits(refund, ours, part)) return null;
  if (part.stripeRefundId !== null && part.stripeRefundId !== refund.refundId) return null;
  const own = part.stripeRefundId === null ? await refundAtStripe(services, ours, part) : okay(refund);
  // The part's request was refused, so this refund is another one. The worker decides on the refusal.
  if (!own.ok) return "kind" in own && (own.kind === "invalid" || own.kind === "declined") ? null : own;
  const ref = { bookingId, refundId, partId };
  const settled = await settleRefundPart(
    services.store,
    ref,
    refundOutcomeOf(own.value),
    occasionFor(services, action),
  );
  return settled.ok && own.value.refundId !== refund.refundId ? null : settled;
}

const okay = <Value>(value: Value) => ({ ok: true, value }) as const;

/**
 * Applies a refund made by hand at Stripe where its charge was credited. A charge that was never posted gave no money:
 * the refund released an authorization, or waits for a debit that is still processing, whose settlement applies it
 * later.
 */
export async function applyByHand(services: Services, refund: StripeRefund, action: string): Promise<Applied> {
  const { refundId: stripeRefundId, chargeId, amount, created: madeAt } = refund;
  if (chargeId === null) return postUnknownRefund(services, refund);
  const credit = await readCredit(services.store, chargeId);
  if (credit === null) return { ok: true };
  const { bookingId } = credit;
  if (bookingId === null) return postUnknownRefund(services, refund);
  const refundId = byHandId(stripeRefundId);
  const part = { bookingId, refundId, partId: `${refundId}-1` };
  const known = await readRefund(services.store, bookingId, refundId);
  if (known === null) {
    if (tookNothing(refund)) return { ok: true };
    const made = { bookingId, chargeId, refundId, stripeRefundId, amount, madeAt };
    const recorded = await recordStripeRefund(services.store, made, occasionFor(services, action));
    if (!recorded.ok) return recorded;
  }
  return settleRefundPart(services.store, part, refundOutcomeOf(refund), occasionFor(services, action));
}

/** Ended without moving money: the released rest of an authorization, or a cancelled refund. */
const tookNothing = ({ status, balanceTransaction }: StripeRefund): boolean =>
  balanceTransaction === null && status !== "pending" && status !== "requires_action";

/** Money without a booking has no cohort and so no time zone: its dates are in UTC. */
function postUnknownRefund(services: Services, refund: StripeRefund): Promise<Applied> {
  const { refundId, amount, currency, created } = refund;
  const { taken, returned } = refundOutcomeOf(refund);
  const on = (at: Instant) => ({ effectiveOn: dateIn("UTC", at), currency });
  const entries =
    taken === null
      ? []
      : [
          ...unknownRefundOwed({ refundId, amount }, on(created)),
          ...refundTaken({ amount, booked: taken }, on(taken.at)),
          ...(returned === null ? [] : refundReturned({ amount, booked: returned }, on(returned.at))),
        ];
  return postOnce(services.store, entries);
}
