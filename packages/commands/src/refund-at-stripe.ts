import { type Refund, type RefundPart, refundKey } from "@clearing/domain/booking";
import { plusHours } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult, RefundFacts } from "@clearing/payments";
import { readRefund } from "@clearing/store/refund";
import { renewRefundKey } from "./refund-parts.ts";
import { requireKnown } from "./require-known.ts";
import { replayableHours, type Services } from "./services.ts";

/** The id under which a refund that was made by hand at Stripe is recorded. */
export const byHandId = (stripeRefundId: string): string => `ref_${stripeRefundId}`;

/** A refund could be this part's: it goes back on the same charge, in the same amount and currency. */
export const fits = (facts: RefundFacts, { currency }: Refund, { chargeId, amount }: RefundPart): boolean =>
  facts.chargeId === chargeId && facts.amount === amount && facts.currency === currency;

type AtStripe = GatewayResult<RefundFacts> | { ok: false; reason: "not_found" | "conflict" };

/**
 * A part's own refund at Stripe. Where its id is not known yet, replaying the request under the part's key tells it, and
 * makes the refund if it was never made. Metadata can be copied and proves nothing.
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
 * Stripe failed to make a part, and will replay that under the part's key. It is there all the same, or is asked for
 * once under its next key, which is stored before. A list that lags must not pay a part twice: what the charge shows as
 * refunded has to be explained by the refunds that are listed; else the failure stands, and the work comes again.
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
  // What was never captured shows as refunded, too.
  if (amountRefunded - (amount - amountCaptured) > givenBack(listed.value, part)) return failure;
  const renewed = await renewRefundKey(store, refund, part);
  return renewed.ok ? createRefund(services, refund, renewed.part) : renewed;
}

const givenBack = (refunds: RefundFacts[], { chargeId }: RefundPart): number =>
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

/** Too old to replay: looked up among the payment's refunds. Null: it was never made, which the whole list proves. */
async function findRefund(
  services: Services,
  refund: Refund,
  part: RefundPart,
): Promise<GatewayResult<RefundFacts> | null> {
  const listed = await refundsOf(services, part);
  if (!listed.ok) return listed;
  const found = await partIn(services, listed.value, refund, part);
  return found === undefined ? null : { ok: true, value: found };
}

/** The part's own was the first to carry its id: a later one is a copy, and one that differs or is known is by hand. */
async function partIn(
  { store }: Services,
  newestFirst: RefundFacts[],
  refund: Refund,
  part: RefundPart,
): Promise<RefundFacts | undefined> {
  for (const facts of newestFirst.toReversed()) {
    if (facts.metadata.partId !== part.id || !fits(facts, refund, part)) continue;
    if ((await readRefund(store, refund.bookingId, byHandId(facts.refundId))) === null) return facts;
  }
  return undefined;
}

/** All refunds of the part's payment, newest first. */
async function refundsOf({ gateway }: Services, part: RefundPart): Promise<GatewayResult<RefundFacts[]>> {
  const refunds: RefundFacts[] = [];
  let after: string | undefined;
  do {
    const page = requireKnown(await gateway.listRefunds(part.paymentIntentId, after), part.paymentIntentId);
    if (!page.ok) return page;
    refunds.push(...page.value.items);
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return { ok: true, value: refunds };
}
