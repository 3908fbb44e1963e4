import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { trialBalance } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { bookedAs, card, held, today } from "../testing/retreat.ts";
import { refusedFor } from "../testing/stories.ts";
import { plusHours, plusMinutes, plusSeconds } from "../time/index.ts";
import {
  applyRefund,
  askUnderNextKey,
  type Charge,
  cancellationPreview,
  netPaid,
  partSettled,
  type Refund,
  type RefundOutcome,
  type RefundPart,
  type RefundPartStatus,
  refundDueAt,
  refundKey,
  refundStatus,
  requestRefund,
  spreadRefund,
  undelivered,
} from "./index.ts";

const charge = (index: number, refundable: number, changes: Partial<Charge> = {}): Charge => ({
  id: `ch_${index}`,
  bookingId: "bkg_1",
  dueId: "due_0",
  attemptId: `att_${index}`,
  paymentIntentId: `pi_${index}`,
  amount: 1_000_000,
  refundable,
  applied: refundable,
  currency: "usd",
  paidWith: card,
  balanceTransactionId: null,
  createdAt: plusSeconds(today, index),
  ...changes,
});

/** So much owed by an ending, not spread yet. */
const owing = (amount: number): Refund => ({
  ...requestRefund({
    id: "ref_1",
    booking: held(),
    reason: "cancellation",
    requestedBy: "sub_staff",
    now: today,
    currency: "usd",
    amount,
  }),
});

/** What one transaction takes of each charge. */
const taken = (amount: number, charges: Charge[], most?: number) =>
  (spreadRefund(owing(amount), charges, today, most)?.added ?? []).map((part) => [part.chargeId, part.amount]);

describe("spreading a refund over charges", () => {
  test("takes the newest first", () => {
    const shares = taken(700, [charge(1, 500), charge(3, 300), charge(2, 600)]);

    expect(shares).toEqual([
      ["ch_3", 300],
      ["ch_2", 400],
    ]);
  });

  test("takes of at most twenty charges in one transaction, and the next goes on where it ended", () => {
    const charges = Array.from({ length: 50 }, (_, index) => charge(index, 10));
    const first = spreadRefund(owing(500), charges, today) as { refund: Refund; added: RefundPart[] };
    const given = new Set(first.added.map(({ chargeId }) => chargeId));
    const left = charges.map((one) => (given.has(one.id) ? { ...one, applied: 0, refundable: 0 } : one));

    const second = spreadRefund(first.refund, left, plusSeconds(today, 1));

    expect([first.refund, second?.refund].map((one) => [one?.unspread, one?.parts.length, one?.version])).toEqual([
      [300, 20, 2],
      [100, 40, 3],
    ]);
    expect(new Set(second?.refund.parts.map(({ id }) => id)).size).toBe(40);
    expect(second?.added.every(({ chargeId }) => !given.has(chargeId))).toBe(true);
  });

  test("has nothing to do once all is spread", () => {
    expect(spreadRefund({ ...owing(500), unspread: 0 }, [charge(1, 500)], today)).toBeNull();
  });

  test("adds up to the refund, and never exceeds what a charge can give back (I6)", () => {
    const charges = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(charges, fc.double({ min: 0, max: 1, noNaN: true }), (refundable, part) => {
        const on = refundable.map((amount, index) => charge(index, amount));
        const amount = Math.floor(refundable.reduce((sum, one) => sum + one, 0) * part);
        const spread = spreadRefund(owing(amount), on, today);
        const shares = spread?.added ?? [];
        expect(shares.reduce((sum, share) => sum + share.amount, 0)).toBe(amount);
        expect(spread?.refund.unspread ?? 0).toBe(0);
        const canGive = (id: string) => on.find((one) => one.id === id)?.refundable ?? 0;
        expect(shares.every((share) => share.amount > 0 && share.amount <= canGive(share.chargeId))).toBe(true);
      }),
    );
  });

  test("takes nothing from a charge of another currency, whose cents are others", () => {
    const euros = charge(3, 500, { currency: "eur" });

    expect(taken(400, [charge(1, 500), euros])).toEqual([["ch_1", 400]]);
    expect(() => taken(501, [charge(1, 500), euros])).toThrow(RangeError);
  });

  test("takes nothing of what a charge owes to a refund that failed: it is owed already", () => {
    expect(taken(400, [charge(1, 500), charge(3, 300, { applied: 0 })])).toEqual([["ch_1", 400]]);
  });

  test("gives back no cent more than was captured: that is for a person to look at", () => {
    expect(() => taken(901, [charge(1, 500), charge(2, 400)])).toThrow(RangeError);
    expect(() => taken(901, [charge(1, 500), charge(2, 400)], 1)).toThrow(RangeError);
  });
});

/** A booking that the operator cancelled: one refund of one part over the deposit. */
function owed(): { life: Life; refund: Refund; partId: string } {
  const life = new Life(held()).sign().pay("deposit");
  life.end("operator");
  const [refund] = life.spread().refunds;
  return { life, refund: refund as Refund, partId: refund?.parts[0]?.id ?? "" };
}

const told = (status: RefundOutcome["status"], changes: Partial<RefundOutcome> = {}): RefundOutcome => ({
  stripeRefundId: "re_1",
  status,
  failureCode: status === "failed" ? "lost_or_stolen_card" : null,
  taken: bookedAs("txn_out", 250_000),
  returned: status === "failed" ? bookedAs("txn_back", 250_000) : null,
  ...changes,
});

describe("what Stripe says of a refund", () => {
  test("is effective on the days of Stripe's own bookings, in the cohort's zone, whenever it is heard", () => {
    const { life, refund, partId } = owed();
    // Evenings in Denver, days of which UTC has the next.
    const taken = bookedAs("txn_out", 250_000, { at: "2027-01-06T05:00:00Z" });
    const returned = bookedAs("txn_back", 250_000, { at: "2027-01-09T05:00:00Z" });

    life.at("2027-01-20T17:00:00Z").refundOutcome(refund.id, partId, told("failed", { taken, returned }));

    const dates = life.journal.map(({ reference, effectiveOn }) => [reference, effectiveOn]);
    expect(dates).toContainEqual(["refund-taken:txn_out", "2027-01-05"]);
    expect(dates).toContainEqual(["refund-returned:txn_back", "2027-01-08"]);
  });

  test("that it is pending, its balance transaction there already, posts that it was taken, once", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("pending"));
    life.refundOutcome(refund.id, partId, told("succeeded"));

    expect(life.journal.filter(({ reference }) => reference === "refund-taken:txn_out")).toHaveLength(1);
    expect(life.refunds[0]).toMatchObject({ dueAt: null, parts: [{ status: "succeeded", stripeRefundId: "re_1" }] });
  });

  test("before its balance transaction is there leaves it to be looked at again", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told("succeeded", { taken: null }));

    expect(life.refunds[0]?.dueAt).toBe(plusHours(life.now, 6));
    expect(life.journal.some(({ reference }) => reference.startsWith("refund-taken"))).toBe(false);
  });

  test("that it succeeded, told twice, changes nothing more", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("succeeded"));

    expect(life.refundOutcome(refund.id, partId, told("succeeded"))).toBe("unchanged");
    expect(life.events.filter(({ name }) => name === "RefundSucceeded")).toHaveLength(1);
  });

  test("that it failed after it had succeeded: still owed, and it may be made again", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("succeeded"));

    life.refundOutcome(refund.id, partId, told("failed"));

    expect(life.booking).toMatchObject({ refunded: 0, deferred: 0 });
    expect(life.charges).toMatchObject([{ refundable: 250_000 }]);
    expect(life.events.at(-1)).toMatchObject({ name: "RefundFailed", data: { amount: 250_000 } });
    expect(life.journal.at(-1)).toMatchObject({ reference: "refund-returned:txn_back" });
  });

  test.each([
    ["pending", "succeeded", "succeeded"],
    ["succeeded", "pending", "succeeded"],
    ["failed", "pending", "failed"],
    ["failed", "succeeded", "failed"],
    ["succeeded", "failed", "failed"],
  ] as const)("moves forward only: %s, then %s, is %s", (first, second, last) => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, told(first));
    life.refundOutcome(refund.id, partId, told(second));

    expect(life.refunds[0]?.parts[0]?.status).toBe(last);
  });

  test("in any order and however often ends with each transaction posted once, and what is owed counted once", () => {
    const outcomes = fc.array(fc.constantFrom<RefundOutcome["status"]>("pending", "succeeded", "failed"), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(outcomes, (sequence) => {
        const { life, refund, partId } = owed();
        for (const status of sequence) life.refundOutcome(refund.id, partId, told(status));
        const failed = sequence.includes("failed");
        const references = life.journal.map(({ reference }) => reference);
        expect(new Set(references).size).toBe(references.length);
        expect(life.booking.refunded).toBe(failed ? 0 : 250_000);
        expect(life.charges[0]?.refundable).toBe(failed ? 250_000 : 0);
      }),
    );
  });

  test("that it refuses to make it for good: told with its code, owed, refundable, and no longer counted as refunded", () => {
    const { life, refund, partId } = owed();

    life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"));

    const [part] = life.refunds[0]?.parts ?? [];
    expect(life.refunds[0]).toMatchObject({ dueAt: null });
    expect(part).toMatchObject({ status: "refused", stripeRefundId: null, failureCode: "charge_disputed" });
    expect(refundStatus(life.refunds[0] as Refund)).toBe("refused");
    expect(life.charges).toMatchObject([{ refundable: 250_000, applied: 0 }]);
    expect(life.booking).toMatchObject({ refunded: 0, deferred: 0 });
    expect(life.events.at(-1)).toMatchObject({
      name: "RefundRefused",
      data: { refundId: refund.id, code: "charge_disputed", amount: 250_000, currency: "usd" },
    });
    expect(life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"))).toBe("unchanged");
  });

  test("that it refuses what it has made already changes nothing", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("pending"));

    expect(life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"))).toBe("unchanged");
  });

  test("of a part that it had refused is a bug: the money would leave, counted as refundable again", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, refusedFor("charge_disputed"));

    expect(() => life.refundOutcome(refund.id, partId, told("succeeded"))).toThrow("was refused, and is now re_1");
  });

  test("of another refund than the part's own is a bug: its transactions are not the part's", () => {
    const { life, refund, partId } = owed();
    life.refundOutcome(refund.id, partId, told("pending"));

    expect(() => life.refundOutcome(refund.id, partId, told("succeeded", { stripeRefundId: "re_2" }))).toThrow(
      "is re_1 at Stripe, and not re_2",
    );
  });

  test("of one part leaves the others to be made soon, and not in some hours", () => {
    const life = new Life(held()).sign().pay("deposit").confirm().pay("due", { dueId: "due_1" });
    life.end("operator");
    const [refund] = life.spread().refunds as [Refund];

    life.refundOutcome(refund.id, `${refund.id}-1`, told("pending"));

    expect(life.refunds[0]?.dueAt).toBe(plusMinutes(life.now, 2));
  });

  test("of a part that the refund does not have is a bug", () => {
    const { life, refund } = owed();

    expect(() => applyRefund(life.booking, refund, "ref_x-9", told("pending"), life.now)).toThrow("ref_x-9");
  });
});

describe("a refund of several parts", () => {
  const withParts = (...statuses: RefundPartStatus[]): Refund => {
    const { refund } = owed();
    const [part] = refund.parts;
    return { ...refund, parts: statuses.flatMap((status) => (part === undefined ? [] : [{ ...part, status }])) };
  };

  test.each([
    [["succeeded", "succeeded"], "succeeded"],
    [["succeeded", "pending"], "pending"],
    [["pending", "approved"], "approved"],
    [["succeeded", "failed"], "failed"],
    [["succeeded", "refused"], "refused"],
    [["pending", "refused"], "pending"],
    [["refused", "failed"], "failed"],
  ] as const)("%s is as far as the part that is least far: %s", (statuses, status) => {
    expect(refundStatus(withParts(...statuses))).toBe(status);
  });

  test("is approved as long as some of it is not spread", () => {
    expect(refundStatus({ ...withParts("succeeded"), unspread: 1 })).toBe("approved");
  });
});

describe("a refund that somebody made at Stripe", () => {
  const only = (life: Life) => life.charges[0] as Charge;
  /** What the ledger says of a booking, accounts that are even left out. */
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

  /** A balance that was paid twice: the second payment was returned whole, and came back from the bank. */
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

  test("is owed from what is deferred, and pending until it is looked at", () => {
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

  test("makes good a refund that failed: the debt that stands is paid, and nothing of the booking is owed anew", () => {
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

  test("that fails as well leaves the debt as it was, once", () => {
    const { life, duplicate } = duplicateThatCameBack();

    tell(life, life.refundByHand(duplicate, 1_600_000), "failed");

    expect(accounts(life).refunds_payable).toBe(-1_600_000);
    expect(life.booking.refunded).toBe(0);
    expect(undelivered(chargeOf(life, duplicate) as Charge)).toBe(1_600_000);
    tell(life, life.refundByHand(duplicate, 1_600_000), "succeeded");
    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(netPaid(life.booking)).toBe(1_850_000);
  });

  test("beyond what is owed owes only the rest anew, from what the charge was kept for", () => {
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

  test("of a declined booking's money takes no fee that nobody kept", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("not_cleared");
    refuse(life, life.spread().refunds[0] as Refund);

    tell(life, life.refundByHand(only(life).id, 250_000), "succeeded");

    expect(life.booking).toMatchObject({ status: "declined", refunded: 250_000 });
    expect(accounts(life)).toEqual({ stripe_balance: -6_250, processing_fees: 6_250 });
  });

  test("of what is promised and not made yet leaves the rest to be made without a person, and no refusal is told", () => {
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

  test("that delivers all of what is promised leaves nothing to be made", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    tell(life, life.refundByHand(only(life).id, 250_000), "succeeded");

    life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 0);

    expect(life.refunds[0]).toMatchObject({ dueAt: null, parts: [{ status: "refused", explained: true }] });
    expect(life.booking.refunded).toBe(250_000);
    expect(accounts(life).refunds_payable).toBeUndefined();
    expect(only(life)).toMatchObject({ refundable: 0, applied: 0 });
  });

  test("explains no refusal when more is owed on the charge than Stripe has left of it", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    const [refund] = life.spread().refunds as [Refund];

    expect(life.reckon(refund.id, `${refund.id}-1`, 190_000)).toBe("unexplained");
    expect(life.refunds[0]).toEqual(refund);
  });

  test("explains a refusal once: whoever reckons again finds nothing to do", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");
    tell(life, life.refundByHand(only(life).id, 60_000), "succeeded");
    life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 190_000);

    expect(life.reckon(life.refunds[0]?.id ?? "", `${life.refunds[0]?.id}-1`, 190_000)).toBe("unchanged");
  });

  test("before an ending is spread delivers what the ending owes, and owes nothing anew", () => {
    const life = new Life(held()).sign().pay("deposit");
    life.end("operator");

    tell(life, life.refundByHand(only(life).id, 60_000), "succeeded");

    expect(accounts(life).fee_income).toBeUndefined();
    expect(accounts(life).refunds_payable).toBe(-190_000);
  });

  test("of a charge in another currency is owed in that currency, and the booking counts none of it", () => {
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

describe("the idempotency key of a part", () => {
  const refund = spreadRefund(owing(300), [charge(1, 300)], today)?.refund as Refund;
  const part = refund.parts[0] as RefundPart;

  test("is its id, and another one each time that nothing came of the last", () => {
    expect(refundKey(part)).toBe("ref_1-1");
    expect(refundKey({ ...part, generation: 3 })).toBe("ref_1-1.3");
  });

  test("is the next one once, whoever asks for it at the same time", () => {
    const asked = askUnderNextKey(refund, part);

    expect(asked).toEqual({ ...refund, version: refund.version + 1, parts: [{ ...part, generation: 2 }] });
    expect(asked && askUnderNextKey(asked, part)).toBe(asked);
  });

  test("is of that part alone", () => {
    const two = spreadRefund(owing(300), [charge(1, 100), charge(2, 200)], today)?.refund as Refund;

    const asked = askUnderNextKey(two, two.parts[1] as RefundPart);

    expect(asked?.parts.map(({ generation }) => generation)).toEqual([1, 2]);
  });

  test.each(["pending", "succeeded", "failed", "refused"] as const)("is no other once the part is %s", (status) => {
    expect(askUnderNextKey({ ...refund, parts: [{ ...part, status }] }, part)).toBeNull();
  });
});

describe("when a refund is looked at again", () => {
  const part = (status: RefundPartStatus, takenPosted: boolean, returnedPosted = false): RefundPart => ({
    ...(spreadRefund(owing(300), [charge(1, 300)], today)?.refund.parts[0] as RefundPart),
    status,
    takenPosted,
    returnedPosted,
  });

  test.each<[RefundPartStatus, boolean, boolean, boolean]>([
    ["approved", false, false, false],
    ["pending", true, false, false],
    ["succeeded", false, false, false],
    ["succeeded", true, false, true],
    ["failed", false, false, true],
    ["failed", true, false, false],
    ["failed", true, true, true],
    ["refused", false, false, true],
  ])("a part that is %s, taken: %s, returned: %s, is settled: %s", (status, taken, returned, settled) => {
    expect(partSettled(part(status, taken, returned))).toBe(settled);
  });

  test("soon while some of it is not at Stripe, then after hours, and never once all is settled", () => {
    const soon = plusMinutes(today, 2);

    expect(refundDueAt({ unspread: 1, parts: [] }, today)).toBe(soon);
    expect(refundDueAt({ unspread: 0, parts: [part("succeeded", true), part("approved", false)] }, today)).toBe(soon);
    expect(refundDueAt({ unspread: 0, parts: [part("succeeded", true), part("pending", true)] }, today)).toBe(
      plusHours(today, 6),
    );
    expect(refundDueAt({ unspread: 0, parts: [part("succeeded", true), part("refused", false)] }, today)).toBeNull();
  });
});
