import { partSettled, type Refund, type RefundOutcome, type RefundPart } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import { plusSeconds } from "@clearing/domain/time";
import type { GatewayFailure } from "@clearing/payments";
import { isFinalForRefund } from "@clearing/payments/refund-refusals";
import { readRefund } from "@clearing/store/refund";
import { refundOutcomeOf } from "./outcome.ts";
import { refundAtStripe } from "./refund-at-stripe.ts";
import { reckonRefundPart } from "./refund-by-hand.ts";
import { settleRefundPart, spreadOverCharges } from "./refund-parts.ts";
import { requireKnown } from "./require-known.ts";
import { occasionFor, type Services } from "./services.ts";
import { applyRefundsOf } from "./stripe-refund.ts";

type RefundRef = { bookingId: string; refundId: string };
type Result = { ok: true } | { ok: false; reason: "not_found" | "conflict" } | GatewayFailure;

/**
 * After this many seconds a run leaves the rest of a refund to the sweep: a function's time is limited, and a refund
 * has as many parts as payments.
 */
const workSeconds = 15;

/**
 * Carries a refund out as far as Stripe allows: spreads it over the booking's charges, creates each missing part under
 * the part's idempotency key, and reads the status of the others. Idempotent; each part is recorded separately, so the
 * next run continues. An outage ends the run. If Stripe refuses a part for a temporary reason, throws after the other
 * parts; the queue and the sweep retry.
 */
export async function carryOutRefund(services: Services, ref: RefundRef, action: string): Promise<Result> {
  const { store, clock } = services;
  const until = plusSeconds(clock.now(), workSeconds);
  const spread = await spreadOverCharges(store, ref, clock.now());
  if (!spread.ok) return spread;
  const tried = new Set<string>();
  const refusals: { partId: string; code: string }[] = [];
  for (;;) {
    const refund = await readRefund(store, ref.bookingId, ref.refundId);
    if (refund === null) return { ok: false, reason: "not_found" };
    // A recomputed refusal adds a new part.
    const parts = unsettled(refund).filter(({ id }) => !tried.has(id));
    if (parts.length === 0) break;
    for (const part of parts) {
      if (clock.now() >= until) return { ok: true };
      tried.add(part.id);
      const result = await carryOutPart(services, refund, part, action);
      if (result.ok) continue;
      if (!("kind" in result) || !isRefusal(result)) return result;
      refusals.push({ partId: part.id, code: result.code });
    }
  }
  if (refusals.length > 0) throw new Failure("stripe refused a refund for now", refusals[0]);
  return { ok: true };
}

/** The unsettled parts; those that Stripe has not been asked for come first. */
function unsettled({ parts }: Refund): RefundPart[] {
  const open = parts.filter((part) => !partSettled(part));
  return open.toSorted((a, b) => Number(b.status === "approved") - Number(a.status === "approved"));
}

const isRefusal = ({ kind }: GatewayFailure): boolean => kind === "invalid" || kind === "declined";

async function carryOutPart(services: Services, refund: Refund, part: RefundPart, action: string): Promise<Result> {
  const made = await refundAtStripe(services, refund, part);
  if (!made.ok && !("kind" in made)) return made;
  if (!made.ok) return isRefusal(made) ? settleRefusal(services, refund, part, made, action) : made;
  return settle(services, refund, part, refundOutcomeOf(made.value), action);
}

function settle(
  services: Services,
  { bookingId, id: refundId }: Refund,
  { id: partId }: RefundPart,
  outcome: RefundOutcome,
  action: string,
): Promise<Result> {
  return settleRefundPart(services.store, { bookingId, refundId, partId }, outcome, occasionFor(services, action));
}

/**
 * Handles a refused part. If the charge has less left than the part asks for, refunds made by hand explain it, and the
 * part is recomputed. Otherwise the code decides: a final refusal is recorded, any other failure is returned.
 */
async function settleRefusal(
  services: Services,
  refund: Refund,
  part: RefundPart,
  refusal: GatewayFailure,
  action: string,
): Promise<Result> {
  const charge = requireKnown(await services.gateway.retrieveCharge(part.chargeId), part.chargeId);
  if (!charge.ok) return charge;
  const { code } = refusal;
  const left = charge.value.amount - charge.value.amountRefunded;
  if (left < part.amount) return reckonAgain(services, refund, part, { code, left }, action);
  if (!isFinalForRefund(code)) return refusal;
  const refused = { stripeRefundId: null, status: "refused", failureCode: code, taken: null, returned: null } as const;
  return settle(services, refund, part, refused, action);
}

/**
 * Records all refunds of the payment, including those made by hand, then recomputes the part from what is still owed.
 */
async function reckonAgain(
  services: Services,
  { bookingId, id: refundId }: Refund,
  { id: partId, chargeId, paymentIntentId }: RefundPart,
  { code, left }: { code: string; left: number },
  action: string,
): Promise<Result> {
  const broughtIn = await applyRefundsOf(services, paymentIntentId, action);
  if (!broughtIn.ok) return broughtIn;
  const refused = { partId, chargeId, code, left };
  const reckoned = await reckonRefundPart(
    services.store,
    { bookingId, refundId },
    refused,
    occasionFor(services, action),
  );
  if (reckoned.ok || reckoned.reason !== "unexplained") return reckoned as Result;
  throw new Failure("refundable amount at stripe does not match known refunds", {
    partId,
    amount: left,
    chargeId,
    code,
  });
}
