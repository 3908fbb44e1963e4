import { describe, expect, test } from "vitest";
import { trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { bookedAs, held } from "../testing/retreat.ts";
import { refusedFor } from "../testing/stories.ts";
import {
  type Charge,
  cancellationPreview,
  netPaid,
  type Refund,
  type RefundOutcome,
  refundStatus,
  undelivered,
} from "./index.ts";

describe("a refund that somebody made at Stripe", () => {
  const only = (life: Life) => life.charges[0] as Charge;
  /** The ledger balances of a booking, without accounts at zero. */
  const accounts = ({ journal }: Life) =>
    Object.fromEntries(
      trialBalance(journal, "usd").accounts.flatMap(({ account, balance }) =>
        balance === 0 ? [] : [[account, balance]],
      ),
    );
  const outcome = (status: RefundOutcome["status"], { id, currency, parts: [part] }: Refund): RefundOutcome => ({
    stripeRefundId: part?.stripeRefundId ?? `re_${id}`,
    status,
    failureCode: null,
    taken: bookedAs(`txn_${id}`, part?.amount ?? 0, { currency }),
    returned: status === "failed" ? bookedAs(`txn_${id}_back`, part?.amount ?? 0, { currency }) : null,
  });
  const tell = (life: Life, refund: Refund, status: RefundOutcome["status"]) =>
    life.refundOutcome(refund.id, refund.parts[0]?.id ?? "", outcome(status, refund));
  const refuse = (life: Life, refund: Refund) =>
    life.refundOutcome(refund.id, refund.parts[0]?.id ?? "", refusedFor("charge_disputed"));

  /** A balance paid twice: the second payment was refunded in full, and the bank returned the refund. */
  function duplicateThatCameBack(): { life: Life; duplicate: string } {
    const life = new Life(held()).sign().pay("deposit").confirm();
    const first = life.checkout("due", { dueId: "due_1" })?.id ?? "";
    life.settle(first, { kind: "failed", paymentIntentId: "pi_1", code: "timeout" });
    life.pay("due", { dueId: "due_1" });
    life.settle(first, life.paymentOf(first, { booked: null }));
    tell(life, life.refunds[0] as Refund, "failed");
    return { life, duplicate: `ch_${first}` };
  }
  const chargeOf = (life: Life, id: string) => life.charges.find((one) => one.id === id);

  test("is owed from deferred revenue, and pending until it is checked", () => {
    const life = new Life(held()).sign().pay("deposit");

    const refund = life.refundByHand(only(life).id, 100_000);

    expect(refund).toMatchObject({ reason: "made_at_stripe", parts: [{ status: "pending" }] });
    expect(refund.parts[0]?.stripeRefundId).toMatch(/^re_/);
    expect(life.booking).toMatchObject({ refunded: 100_000, deferred: 150_000 });
    expect(only(life)).toMatchObject({ refundable: 150_000, applied: 150_000 });
    expect(life.journal.at(-1)?.postings[0]).toMatchObject({ account: "deferred_revenue", debit: 100_000 });
  });

  test.each([
    ["completed", "earned_revenue"],
    ["cancelled", "fee_income"],
  ] as const)("on a %s booking is owed from %s", (status, account) => {
    const life = new Life(held()).sign().pay("deposit").confirm().at("2027-02-01T17:00:00Z");
    if (status === "cancelled") life.end("client");
    else life.at("2027-03-08T17:00:00Z").admit().at("2027-03-16T17:00:00Z");
    life.fallDue();
    life.complete();

    life.refundByHand(only(life).id, 100_000);

    expect(life.booking.status).toBe(status);
    expect(life.journal.at(-1)?.postings[0]).toMatchObject({ account, debit: 100_000 });
  });

  test("replaces a refund that failed: the existing debt is paid, and nothing new is owed", () => {
    const { life, duplicate } = duplicateThatCameBack();
    const before = {
      deferred: life.booking.deferred,
      preview: cancellationPreview(life.booking, "client", "2027-01-04"),
    };
    expect(accounts(life).refunds_payable).toBe(-1_600_000);

    tell(life, life.refundByHand(duplicate, 1_600_000), "succeeded");

    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(life.booking).toMatchObject({ paid: 3_450_000, refunded: 1_600_000, deferred: before.deferred });
    expect(cancellationPreview(life.booking, "client", "2027-01-04")).toEqual(before.preview);
    expect(chargeOf(life, duplicate)).toMatchObject({ refundable: 0, applied: 0 });
    expect(life.refunds.map(refundStatus)).toEqual(["failed", "succeeded"]);
  });

  test("in parts pays off the debt part by part", () => {
    const { life, duplicate } = duplicateThatCameBack();

    tell(life, life.refundByHand(duplicate, 1_000_000), "succeeded");
    expect(accounts(life).refunds_payable).toBe(-600_000);
    expect(undelivered(chargeOf(life, duplicate) as Charge)).toBe(600_000);
    tell(life, life.refundByHand(duplicate, 600_000), "succeeded");

    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(undelivered(chargeOf(life, duplicate) as Charge)).toBe(0);
    expect(netPaid(life.booking)).toBe(1_850_000);
  });

  test("that fails as well leaves the debt as it was, counted once", () => {
    const { life, duplicate } = duplicateThatCameBack();

    tell(life, life.refundByHand(duplicate, 1_600_000), "failed");

    expect(accounts(life).refunds_payable).toBe(-1_600_000);
    expect(life.booking.refunded).toBe(0);
    expect(undelivered(chargeOf(life, duplicate) as Charge)).toBe(1_600_000);
    tell(life, life.refundByHand(duplicate, 1_600_000), "succeeded");
    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(netPaid(life.booking)).toBe(1_850_000);
  });

  test("beyond what is owed adds only the rest as a new debt, debited where the charge was kept", () => {
    const life = new Life(held()).sign().pay("deposit").at("2027-02-01T17:00:00Z");
    life.end("client");
    tell(life, life.spread().refunds[0] as Refund, "failed");
    expect(accounts(life)).toMatchObject({ fee_income: -175_000, refunds_payable: -75_000 });

    tell(life, life.refundByHand(only(life).id, 100_000), "succeeded");

    expect(accounts(life)).toMatchObject({ fee_income: -150_000 });
    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(only(life)).toMatchObject({ refundable: 150_000, applied: 150_000 });
  });

  test("of late money takes nothing from a booking that never had it", () => {
    const life = new Life(held()).sign();
    const late = life.checkout("deposit")?.id ?? "";
    life.at("2027-01-04T19:00:00Z").lapse();
    life.settle(late, life.paymentOf(late));
    refuse(life, life.refunds[0] as Refund);

    tell(life, life.refundByHand(only(life).id, 250_000), "succeeded");

    expect(life.booking).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000, deferred: 0 });
    expect(accounts(life).refunds_payable).toBeUndefined();
  });

  test("of a declined booking's money takes no fee, since none was kept", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("not_cleared");
    refuse(life, life.spread().refunds[0] as Refund);

    tell(life, life.refundByHand(only(life).id, 250_000), "succeeded");

    expect(life.booking).toMatchObject({ status: "declined", refunded: 250_000 });
    expect(accounts(life)).toEqual({ stripe_balance: -6_250, processing_fees: 6_250 });
  });

  test("of a promised refund leaves only the rest to be made, without a person and without a refusal event", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");

    tell(life, life.refundByHand(only(life).id, 60_000), "succeeded");
    expect(life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 190_000)).toBe("apply");

    expect(life.refunds[0]?.parts).toMatchObject([
      { amount: 250_000, status: "refused", explained: true },
      { id: `${life.refunds[0]?.id}-2`, amount: 190_000, status: "approved" },
    ]);
    expect(only(life)).toMatchObject({ refundable: 0, applied: 0 });
    expect(life.booking.refunded).toBe(250_000);
    expect(accounts(life).refunds_payable).toBe(-190_000);
    expect(life.events.some(({ name }) => name === "RefundRefused")).toBe(false);

    const rest = life.refunds[0] as Refund;
    const made = { stripeRefundId: "re_rest", taken: bookedAs("txn_rest", 190_000) };
    life.refundOutcome(rest.id, `${rest.id}-2`, { ...outcome("succeeded", rest), ...made });

    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(life.refunds.map(refundStatus)).toEqual(["succeeded", "succeeded"]);
  });

  test("of all that is promised leaves nothing to be made", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    tell(life, life.refundByHand(only(life).id, 250_000), "succeeded");

    life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 0);

    expect(life.refunds[0]).toMatchObject({ dueAt: null, parts: [{ status: "refused", explained: true }] });
    expect(life.booking.refunded).toBe(250_000);
    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(only(life)).toMatchObject({ refundable: 0, applied: 0 });
  });

  test("does not explain a refusal if the charge owes more than Stripe has left of it", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    const [refund] = life.spread().refunds as [Refund];

    expect(life.reckon(refund.id, `${refund.id}-1`, 190_000)).toBe("unexplained");
    expect(life.refunds[0]).toEqual(refund);
  });

  test("explains a refusal once: a second recalculation changes nothing", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    tell(life, life.refundByHand(only(life).id, 60_000), "succeeded");
    life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 190_000);

    expect(life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 190_000)).toBe("unchanged");
  });

  test("before an ending is spread delivers what the ending owes, and nothing new is owed", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");

    tell(life, life.refundByHand(only(life).id, 60_000), "succeeded");

    expect(accounts(life).fee_income).toBeUndefined();
    expect(accounts(life).refunds_payable).toBe(-190_000);
  });

  test("of a charge in another currency is owed in that currency, and does not count on the booking", () => {
    const life = new Life(held()).sign();
    const attempt = life.checkout("deposit")?.id ?? "";
    life.settle(attempt, life.paymentOf(attempt, { currency: "eur", booked: null }));
    refuse(life, life.refunds[0] as Refund);

    const refund = life.refundByHand(only(life).id, 250_000);
    tell(life, refund, "succeeded");

    expect(refund.currency).toBe("eur");
    expect(life.booking).toMatchObject({ paid: 0, refunded: 0, deferred: 0 });
    expect(life.journal.every(({ currency }) => currency === "eur")).toBe(true);
    expect(trialBalance(life.journal, "eur").accounts.every(({ balance }) => balance === 0)).toBe(true);
  });
});
