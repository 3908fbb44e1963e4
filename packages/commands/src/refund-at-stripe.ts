import { type Refund, type RefundPart, refundKey } from "@clearing/domain/booking";
import { plusHours } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult, StripeRefund } from "@clearing/payments";
import { readRefund } from "@clearing/store/refund";
import { renewRefundKey } from "./refund-parts.ts";
import { requireKnown } from "./require-known.ts";
import { replayableHours, type Services } from "./services.ts";

/** The id under which a refund made by hand at Stripe is recorded. */
export const byHandId = (stripeRefundId: string): string => `ref_${stripeRefundId}`;

/** Whether a refund matches this part: same charge, amount and currency. */
export const fits = (atStripe: StripeRefund, { currency }: Refund, { chargeId, amount }: RefundPart): boolean =>
  atStripe.chargeId === chargeId && atStripe.amount === amount && atStripe.currency === currency;

type AtStripe = GatewayResult<StripeRefund> | { ok: false; reason: "not_found" | "conflict" };

/**
 * The refund of a part at Stripe. If its id is not known yet, replaying the request under the part's idempotency key
 * returns it, or creates it if it was never created. Metadata can be copied, so it proves nothing.
 */
export async function refundAtStripe(services: Services, refund: Refund, part: RefundPart): Promise<AtStripe> {
  if (part.stripeRefundId !== null) {
    return requireKnown(await services.gateway.retrieveRefund(part.stripeRefundId), part.stripeRefundId);
  }
  const replayable = refund.requestedAt > plusHours(services.clock.now(), -replayableHours);
  const found = replayable ? null : await findRefund(services, refund, part);
  if (found !== null) return found;
  const made = await createRefund(services, refund, part);
  return made.ok || made.kind !== "saved_failure" ? made : findOrAskAgain(services, refund, part, made);
}

/**
 * Stripe failed to create a refund and replays that failure under the part's key. The refund may exist nevertheless;
 * otherwise it is created once under the part's next key, which is stored first. A lagging list must not pay a part
 * twice: the listed refunds must explain the refunded amount that the charge shows. If they do not, returns the
 * failure, and a later run tries again.
 */
async function findOrAskAgain(
  services: Services,
  refund: Refund,
  part: RefundPart,
  failure: GatewayFailure,
): Promise<AtStripe> {
  const { gateway, store } = services;
  const listed = await refundsOf(services, part);
  if (!listed.ok) return listed;
  const found = await partIn(services, listed.value, refund, part);
  if (found !== undefined) return { ok: true, value: found };
  const charge = requireKnown(await gateway.retrieveCharge(part.chargeId), part.chargeId);
  if (!charge.ok) return charge;
  const { amount, amountCaptured, amountRefunded } = charge.value;
  // An amount that was never captured also shows as refunded.
  if (amountRefunded - (amount - amountCaptured) > givenBack(listed.value, part)) return failure;
  const renewed = await renewRefundKey(store, refund, part);
  return renewed.ok ? createRefund(services, refund, renewed.part) : renewed;
}

const givenBack = (refunds: StripeRefund[], { chargeId }: RefundPart): number =>
  refunds
    .filter((one) => one.chargeId === chargeId && one.status !== "failed" && one.status !== "canceled")
    .reduce((sum, { amount }) => sum + amount, 0);

function createRefund({ gateway, site }: Services, refund: Refund, part: RefundPart) {
  const metadata = {
    app: "clearing",
    stage: site.stage,
    bookingId: refund.bookingId,
    refundId: refund.id,
    partId: part.id,
  };
  return gateway.createRefund({ chargeId: part.chargeId, amount: part.amount, metadata }, refundKey(part));
}

/**
 * Too old to replay: looked up among the payment's refunds. Null: it was never created, which the complete list proves.
 */
async function findRefund(
  services: Services,
  refund: Refund,
  part: RefundPart,
): Promise<GatewayResult<StripeRefund> | null> {
  const listed = await refundsOf(services, part);
  if (!listed.ok) return listed;
  const found = await partIn(services, listed.value, refund, part);
  return found === undefined ? null : { ok: true, value: found };
}

/**
 * The oldest refund with the part's id is the part's own; a later one is a copy. A refund that differs, or is recorded
 * by hand already, is skipped.
 */
async function partIn(
  { store }: Services,
  newestFirst: StripeRefund[],
  refund: Refund,
  part: RefundPart,
): Promise<StripeRefund | undefined> {
  for (const atStripe of newestFirst.toReversed()) {
    if (atStripe.metadata.partId !== part.id || !fits(atStripe, refund, part)) continue;
    if ((await readRefund(store, refund.bookingId, byHandId(atStripe.refundId))) === null) return atStripe;
  }
  return undefined;
}

/** All refunds of the part's payment, newest first. */
async function refundsOf({ gateway }: Services, part: RefundPart): Promise<GatewayResult<StripeRefund[]>> {
  const refunds: StripeRefund[] = [];
  let after: string | undefined;
  do {
    const page = requireKnown(await gateway.listRefunds(part.paymentIntentId, after), part.paymentIntentId);
    if (!page.ok) return page;
    refunds.push(...page.value.items);
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return { ok: true, value: refunds };
}
