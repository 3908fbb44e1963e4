import { describe, expect, test } from "vitest";
import { trialBalance } from "../ledger/index.ts";
import type { PlanKind } from "../plan/index.ts";
import { Life } from "../testing/life.ts";
import { card, held, program } from "../testing/retreat.ts";
import { plusDays, plusHours, plusMinutes } from "../time/index.ts";
import {
  type AttemptStatus,
  type CheckoutAttempt,
  decideSettlement,
  type PaymentOutcome,
  type SettlementState,
} from "./index.ts";

const processing: PaymentOutcome = { kind: "processing", paymentIntentId: "pi_1" };
const failed: PaymentOutcome = { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" };
const expired: PaymentOutcome = { kind: "expired" };

/** A signed hold whose deposit checkout is open. */
function paying(plan?: PlanKind): { life: Life; attempt: CheckoutAttempt } {
  const life = new Life(held(plan)).sign();
  return { life, attempt: life.checkout("deposit") as CheckoutAttempt };
}

/** A confirmed booking whose balance's checkout is open. */
function payingBalance(amount?: number): { life: Life; attempt: CheckoutAttempt } {
  const life = new Life(held()).sign().pay("deposit").confirm();
  return { life, attempt: life.checkout("due", { dueId: "due_1", amount }) as CheckoutAttempt };
}

const references = (life: Life): string[] => life.journal.map(({ reference }) => reference);
const due = (life: Life, sequence: number) => life.booking.dues[sequence];
const current = (life: Life, { id }: CheckoutAttempt) => life.attempts.find((one) => one.id === id) as CheckoutAttempt;

describe("a deposit that is paid", () => {
  test("makes the booking await its clearance, and its place taken", () => {
    const { life, attempt } = paying();
    const state: SettlementState = { booking: life.booking, attempt, placeIsOurs: true, refundId: "ref_1" };

    const decision = decideSettlement(state, life.paymentOf(attempt.id), life.now);

    expect(decision).toMatchObject({
      kind: "settle",
      settlement: {
        booking: { status: "awaiting_clearance", paid: 250_000, deferred: 250_000, holdExpiresAt: null },
        attempt: { status: "succeeded", feePosted: true, dueAt: null },
        charge: { amount: 250_000, refundable: 250_000 },
        place: { kind: "take" },
      },
    });
  });

  test("is billed by its payment, and nothing else is", () => {
    const { life, attempt } = paying();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(references(life)).toEqual(["due-billed:due_0:1", `payment:ch_${attempt.id}`, `fee:txn_${attempt.id}`]);
  });

  test("keeps with what it was paid, and how Stripe booked it", () => {
    const { life, attempt } = paying();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.charges).toMatchObject([{ paidWith: card, balanceTransactionId: `txn_${attempt.id}` }]);
  });

  test("bills with it what is due by that day already", () => {
    const life = new Life(held("deposit_and_balance", { now: "2027-02-10T17:00:00Z" })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ dueOn: "2027-02-10", billed: 1_600_000, paid: 0 });
    expect(references(life)).toContain("due-billed:due_1:1");
  });

  test("does not bill the balance of `full`, which waits for the confirmation", () => {
    const { life, attempt } = paying("full");

    life.at("2027-02-22T23:00:00Z").settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ billed: 0, status: "scheduled" });
  });

  test("takes a hold past its instant whose place still names it", () => {
    const { life, attempt } = paying();

    life.at(plusHours(life.now, 5)).settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking.status).toBe("awaiting_clearance");
  });
});

describe("late money", () => {
  test("revives an expired booking on a free place", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).lapse();
    life.freePlace = "plc_2";

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "awaiting_clearance", placeId: "plc_2", paid: 250_000, refunded: 0 });
    expect(life.booking.dues.map(({ status }) => status)).toEqual(["paid", "scheduled"]);
    expect(life.events.map(({ name }) => name)).toContain("BookingRevived");
  });

  test("revives a lapsed hold that nobody had turned into expired yet", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).placeIsOurs = false;
    life.freePlace = "plc_2";

    expect(life.settle(attempt.id, life.paymentOf(attempt.id))).toBe("revived");
    expect(life.booking.status).toBe("awaiting_clearance");
  });

  test("without a place is returned in full, and a lapsed hold expires in the same transaction", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).placeIsOurs = false;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000, deferred: 0 });
    expect(life.booking.dues.every(({ status }) => status === "cancelled")).toBe(true);
    expect(life.refunds).toMatchObject([{ amount: 250_000, reason: "late_payment" }]);
    expect(life.charges).toMatchObject([{ refundable: 0 }]);
    expect(life.events.map(({ name }) => name)).toEqual(["AgreementSigned", "HoldExpired", "RefundRequested"]);
  });

  test("of an attempt that had failed is not dropped", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
  });
});

describe("a bank debit for the deposit", () => {
  test("moves the claim ten days ahead once it is processing", () => {
    const { life, attempt } = paying();
    const state: SettlementState = { booking: life.booking, attempt, placeIsOurs: true, refundId: "ref_1" };
    const until = plusDays(life.now, 10);

    const decision = decideSettlement(state, processing, life.now);

    expect(decision).toMatchObject({
      settlement: {
        booking: { status: "held", holdExpiresAt: until, dueAt: until, dues: [{ status: "processing" }, {}] },
        attempt: { status: "processing" },
        place: { kind: "claim", until, cause: "debit" },
      },
    });
  });

  test("told again as processing moves no claim again", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    const { booking } = life;

    life.at(plusHours(life.now, 7)).settle(attempt.id, processing);

    expect(life.booking).toBe(booking);
    expect(current(life, attempt).dueAt).toBe(plusHours(life.now, 6));
  });

  test("that fails leaves the hold minutes, tells the client, and allows one more session", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    life.at(plusDays(life.now, 3)).settle(attempt.id, failed);

    expect(life.booking.holdExpiresAt).toBe(plusMinutes(life.now, 30));
    expect(due(life, 0)).toMatchObject({ status: "scheduled", openAttemptId: null });
    expect(life.events.at(-1)).toMatchObject({ name: "PaymentFailed", data: { reason: "insufficient_funds" } });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
  });

  test("that settles after its hold was overtaken is late money", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    life.at(plusDays(life.now, 11)).lapse();

    expect(life.settle(attempt.id, life.paymentOf(attempt.id))).toBe("returned");
  });

  test("that is processing on a place that is lost claims nothing", () => {
    const { life, attempt } = paying();
    life.placeIsOurs = false;
    const { booking } = life;

    life.settle(attempt.id, processing);

    expect(life.booking).toBe(booking);
    expect(current(life, attempt).status).toBe("processing");
  });
});

describe("a deposit session that ends unpaid", () => {
  test("leaves the hold as long as it was, and no further session", () => {
    const { life, attempt } = paying();
    const { holdExpiresAt } = life.booking;

    life.at(plusMinutes(life.now, 31)).settle(attempt.id, expired);

    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: true });
    expect(life.checkout("deposit")).toBeNull();
  });

  test("by a bank debit that failed allows one more session, and no third", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, processing);
    life.settle(attempt.id, failed);

    const second = life.checkout("deposit");
    expect(second).toMatchObject({ status: "open" });
    life.settle(second?.id ?? "", processing);
    life.settle(second?.id ?? "", failed);

    expect(life.booking).toMatchObject({ status: "held", debitFailed: true });
    expect(life.checkout("deposit")).toBeNull();
  });

  test("by a bank debit that nobody saw under way is as one that was seen", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);

    expect(life.booking).toMatchObject({ debitFailed: true, holdExpiresAt: plusMinutes(life.now, 30) });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
  });

  test("because Stripe never made it takes back its extension, so that trying again holds the place no longer", () => {
    const life = new Life(held()).sign();
    const { holdExpiresAt } = life.booking;
    for (const minutes of [0, 10, 29]) {
      const attempt = life.at(plusMinutes(life.booking.createdAt, minutes)).checkout("deposit") as CheckoutAttempt;
      life.settle(attempt.id, { kind: "refused", code: "session_never_made" });

      expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: false });
    }
    expect(life.at(holdExpiresAt ?? "").checkout("deposit")).toBeNull();
  });

  test("because its page was withdrawn keeps the hold, and leaves the client one whole session more", () => {
    const { life, attempt } = paying();
    const { holdExpiresAt } = life.booking;
    life.at(attempt.sessionExpiresAt).settle(attempt.id, { kind: "withdrawn", code: "customer_gone" });

    expect(life.attempts).toMatchObject([{ status: "refused", failureCode: "customer_gone" }]);
    expect(life.booking).toMatchObject({ status: "held", holdExpiresAt, holdExtended: false });
    expect(life.checkout("deposit")).toMatchObject({ status: "open" });
    expect(life.booking).toMatchObject({ holdExpiresAt: plusMinutes(life.now, 36), holdExtended: true });
  });

  test("because nobody found its session leaves one alone whose session another call has found", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, { kind: "never_made", code: "session_never_made" });

    expect(life.attempts).toMatchObject([{ status: "open" }]);
  });
});

describe("a payment of another due", () => {
  test("pays it, and a part payment leaves the rest to its date", () => {
    const { life, attempt } = payingBalance(600_000);

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ paid: 600_000, billed: 600_000, status: "scheduled", openAttemptId: null });
    expect(life.booking).toMatchObject({ paid: 850_000, deferred: 850_000 });
  });

  test.each([
    ["before its date is billed with its payment", "2027-02-04", "2027-02-04"],
    ["after its date, while the sweep was away, is billed on its date", "2027-02-09", "2027-02-06"],
  ])("%s, and the rest on its date", (_, paidOn, billedOn) => {
    const plan = held("deposit_and_balance");
    const life = new Life(plan).sign().pay("deposit").confirm().at(`${paidOn}T18:00:00Z`);
    const [attempt] = life.pay("due", { dueId: "due_1", amount: 600_000 }).attempts.slice(-1);
    life.at("2027-02-10T18:00:00Z").fallDue();

    const dates = Object.fromEntries(life.journal.map(({ reference, effectiveOn }) => [reference, effectiveOn]));
    expect(dates).toMatchObject({
      "due-billed:due_1:1": billedOn,
      [`payment:ch_${attempt?.id}`]: paidOn,
      "due-billed:due_1:2": "2027-02-06",
    });
  });

  test("part of a due that is past due leaves it past due", () => {
    const { life } = payingBalance();
    life.at("2027-02-07T18:00:00Z").fallDue();
    const [attempt] = life.attempts.slice(-1);
    life.settle(attempt?.id ?? "", expired);
    life.pay("due", { dueId: "due_1", amount: 600_000 });

    expect(due(life, 1)).toMatchObject({ paid: 600_000, billed: 1_600_000, status: "past_due" });
  });

  test("that comes after all leaves what is under way for the rest alone (I5)", () => {
    const { life, attempt } = payingBalance(600_000);
    life.settle(attempt.id, failed);
    const rest = life.checkout("due", { dueId: "due_1", amount: 1_000_000 }) as CheckoutAttempt;

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 1)).toMatchObject({ paid: 600_000, openAttemptId: rest.id });
    expect(life.checkout("due", { dueId: "due_1" })?.id).toBe(rest.id);
  });

  test("a second success for a due that is paid is returned in full", () => {
    const { life, attempt } = payingBalance();
    life.settle(attempt.id, failed);
    life.pay("due", { dueId: "due_1" });

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds).toMatchObject([{ amount: 1_600_000, reason: "duplicate_payment" }]);
    expect(life.booking).toMatchObject({ paid: 3_450_000, refunded: 1_600_000, deferred: 1_850_000 });
  });

  test("a duplicate on a completed booking cancels nothing that is still owed", () => {
    const { life, attempt } = payingBalance(1_000_000);
    life.settle(attempt.id, failed);
    life.pay("due", { dueId: "due_1", amount: 900_000 }).at("2027-03-08T17:00:00Z").admit();
    life.at("2027-03-15T06:00:00Z").fallDue();
    life.complete();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking.status).toBe("completed");
    expect(due(life, 1)).toMatchObject({ status: "past_due", paid: 900_000, billed: 1_600_000 });
    expect(life.refunds).toMatchObject([{ amount: 1_000_000, reason: "duplicate_payment" }]);
  });

  test("in another currency is returned as it came, and counts for nothing", () => {
    const { life, attempt } = payingBalance();

    life.settle(attempt.id, life.paymentOf(attempt.id, { currency: "eur", booked: null }));

    expect(life.booking).toMatchObject({ paid: 250_000, refunded: 0 });
    expect(due(life, 1)).toMatchObject({ paid: 0, openAttemptId: null });
    expect(life.refunds).toMatchObject([{ currency: "eur", amount: 1_600_000 }]);
    expect(life.journal.at(-1)).toMatchObject({ currency: "eur", reference: `payment:ch_${attempt.id}` });
  });
});

describe("a payment in flight when the booking ended", () => {
  test("by the client's cancellation is settled by its tier, the fee once", () => {
    const { life, attempt } = payingBalance();
    life.at("2027-01-20T17:00:00Z").end("client");
    const [first] = life.refunds;

    life.at("2027-02-20T17:00:00Z").settle(attempt.id, life.paymentOf(attempt.id));

    // Half of 250,000 less the fee of 50,000; then half of 1,850,000 less the fee, together.
    expect(first).toMatchObject({ amount: 75_000, reason: "cancellation" });
    expect(life.refunds[1]).toMatchObject({ amount: 800_000, reason: "after_cancellation" });
    expect(life.booking).toMatchObject({
      refunded: 875_000,
      deferred: 0,
      ending: { netPaid: 1_850_000, kept: 975_000 },
    });
  });

  test("of a hold that the client cancelled is settled by its tier too", () => {
    const { life, attempt } = paying();
    life.end("client");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 200_000 });
  });

  test("is one that was begun while the cancellation, asked for a moment before, was being carried out", () => {
    const life = new Life(held()).sign().pay("deposit").confirm();
    const asked = "2027-01-20T17:00:00Z";
    const attempt = life.at(plusMinutes(asked, 1)).checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.at(asked).end("client");

    life.at(plusMinutes(asked, 5)).settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds[1]).toMatchObject({ amount: 800_000, reason: "after_cancellation" });
    expect(life.booking.ending).toMatchObject({ netPaid: 1_850_000, kept: 975_000 });
  });

  test("is one that had begun: on a booking that has ended none begins", () => {
    const { life } = payingBalance();
    life.end("client");

    expect(life.checkout("due", { dueId: "due_1" })).toBeNull();
    expect(life.checkout("deposit")).toBeNull();
  });

  test("by the operator goes back in full", () => {
    const { life, attempt } = payingBalance();
    life.end("operator");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ paid: 1_850_000, refunded: 1_850_000, deferred: 0 });
  });

  test("by a decline goes back in full, and is neither billed nor deferred", () => {
    const life = new Life(held()).sign().pay("deposit");
    const attempt = life.checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.end("not_cleared");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.booking).toMatchObject({ status: "declined", paid: 1_850_000, refunded: 1_850_000 });
    expect(references(life).filter((reference) => reference.startsWith("due-billed:due_1:"))).toEqual([]);
  });

  test("that fails or is still processing changes the attempt alone", () => {
    const { life, attempt } = payingBalance();
    life.end("client");
    const { booking } = life;

    life.settle(attempt.id, processing);
    life.settle(attempt.id, failed);

    expect(life.booking).toBe(booking);
    expect(current(life, attempt).status).toBe("failed");
  });
});

describe("the dates of a payment's entries", () => {
  const dates = (life: Life, from = 0) =>
    Object.fromEntries(life.journal.slice(from).map(({ reference, effectiveOn }) => [reference, effectiveOn]));

  test("are those of Stripe's own booking, in the cohort's zone, though it is heard of three days later", () => {
    const { life, attempt } = paying();
    const payment = life.paymentOf(attempt.id);
    // Evening of the 4th in Denver.
    const booked = payment.booked && { ...payment.booked, at: "2027-01-05T05:00:00Z" as const };

    life.at(plusDays(life.now, 3)).settle(attempt.id, { ...payment, booked });

    expect(new Set(Object.values(dates(life)))).toEqual(new Set(["2027-01-04"]));
    expect(life.journal).toHaveLength(3);
  });

  test("are the charge's while Stripe has not booked it, and the fee's is that of the booking", () => {
    const { life, attempt } = paying();
    const paid = life.now;
    const payment = life.paymentOf(attempt.id);
    life.at(plusDays(paid, 2)).settle(attempt.id, { ...payment, booked: null });
    const booked = payment.booked && { ...payment.booked, at: plusDays(paid, 1) };

    life.at(plusDays(paid, 4)).settle(attempt.id, { ...payment, booked });

    expect(life.charges).toMatchObject([{ balanceTransactionId: `txn_${attempt.id}` }]);
    expect(dates(life)).toEqual({
      "due-billed:due_0:1": "2027-01-04",
      [`payment:ch_${attempt.id}`]: "2027-01-04",
      [`fee:txn_${attempt.id}`]: "2027-01-05",
    });
  });

  test("decide nothing about today: a due whose date has passed meanwhile is past due, and billed on its own day", () => {
    const life = new Life(held("deposit_and_balance", { now: "2027-02-05T17:00:00Z" })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;
    const payment = life.paymentOf(attempt.id);

    life.at("2027-02-08T17:00:00Z").settle(attempt.id, payment);

    expect(due(life, 1)).toMatchObject({ dueOn: "2027-02-06", billed: 1_600_000 });
    expect(dates(life)).toMatchObject({
      [`payment:ch_${attempt.id}`]: "2027-02-05",
      "due-billed:due_1:1": "2027-02-06",
    });
  });

  test("after an ending are Stripe's for the payment, and today's for what is kept and owed of it", () => {
    const { life, attempt } = payingBalance();
    const payment = life.paymentOf(attempt.id);
    life.at("2027-01-20T17:00:00Z").end("client");
    const before = life.journal.length;

    life.at("2027-01-21T17:00:00Z").settle(attempt.id, payment);

    expect(dates(life, before)).toMatchObject({
      [`payment:ch_${attempt.id}`]: "2027-01-04",
      [`kept:bkg_1:${attempt.id}`]: "2027-01-21",
    });
  });
});

describe("a payment that Stripe booked in another currency", () => {
  const euros = (life: Life, attempt: CheckoutAttempt) => {
    const payment = life.paymentOf(attempt.id);
    return {
      ...payment,
      currency: "eur",
      booked: payment.booked && { ...payment.booked, amount: 270_000, fee: 7_860, currency: "usd" },
    };
  };
  const balanceOf = (life: Life, currency: string) =>
    Object.fromEntries(trialBalance(life.journal, currency).accounts.map(({ account, balance }) => [account, balance]));

  test("pays its due in its own, and stands on Stripe's balance as Stripe has it", () => {
    const life = new Life(held("deposit_and_balance", { program: program({ currency: "eur" }) })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;

    life.settle(attempt.id, euros(life, attempt));

    expect(life.booking).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    expect(balanceOf(life, "eur")).toMatchObject({ receivable: 0, stripe_balance: 0, suspense: 250_000 });
    expect(balanceOf(life, "usd")).toEqual({ stripe_balance: 262_140, suspense: -270_000, processing_fees: 7_860 });
  });

  test("is the same when Stripe books it late", () => {
    const life = new Life(held("deposit_and_balance", { program: program({ currency: "eur" }) })).sign();
    const attempt = life.checkout("deposit") as CheckoutAttempt;
    life.settle(attempt.id, { ...euros(life, attempt), booked: null });

    life.at(plusHours(life.now, 1)).settle(attempt.id, euros(life, attempt));

    expect(balanceOf(life, "eur")).toMatchObject({ stripe_balance: 0, suspense: 250_000 });
    expect(balanceOf(life, "usd")).toEqual({ stripe_balance: 262_140, suspense: -270_000, processing_fees: 7_860 });
  });
});

describe("Stripe's fee", () => {
  test("that is booked late is posted once", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));
    expect(current(life, attempt)).toMatchObject({ feePosted: false, dueAt: plusMinutes(life.now, 10) });

    const told = [1, 2].map(() => life.settle(attempt.id, life.paymentOf(attempt.id)));

    expect(told).toEqual(["settled", "unchanged"]);
    expect(references(life).filter((reference) => reference === `fee:txn_${attempt.id}`)).toHaveLength(1);
  });
});

describe("a look that found nothing new", () => {
  test("is followed by a later one, whatever is waited for", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));

    life.at(plusMinutes(life.now, 15)).settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));

    expect(current(life, attempt)).toMatchObject({ feePosted: false, dueAt: plusMinutes(life.now, 10) });
  });
});

describe("whatever Stripe says, in whatever order", () => {
  const final: AttemptStatus[] = ["succeeded", "failed", "expired", "refused"];
  const says: [string, PaymentOutcome][] = [
    ["open", { kind: "open" }],
    ["processing", processing],
    ["failed", failed],
    ["expired", expired],
    ["refused", { kind: "refused", code: "any" }],
  ];
  const pairs = final.flatMap((status) => says.map(([name, outcome]) => [status, name, outcome] as const));

  test.each(pairs)("an attempt that %s stays so when it is told to be %s", (status, _, outcome) => {
    const { life, attempt } = paying();
    const state = { booking: life.booking, placeIsOurs: true, refundId: "ref_1" };

    const decision = decideSettlement(
      { ...state, attempt: { ...attempt, status, feePosted: true } },
      outcome,
      life.now,
    );

    expect(decision).toEqual({ kind: "unchanged" });
  });

  test("a success that is told twice has one effect", () => {
    const { life, attempt } = paying();

    const told = [1, 2].map(() => life.settle(attempt.id, life.paymentOf(attempt.id)));

    expect(told).toEqual(["settled", "unchanged"]);
    expect(life.booking.paid).toBe(250_000);
  });

  test("an open session is looked at again only when its time has come", () => {
    const { life, attempt } = paying();

    expect(life.settle(attempt.id, { kind: "open" })).toBe("unchanged");
    expect(life.at(attempt.sessionExpiresAt).settle(attempt.id, { kind: "open" })).toBe("settled");
    expect(current(life, attempt).dueAt).toBe(plusMinutes(life.now, 1));
  });
});

describe("what is decided of one attempt", () => {
  test("frees no due that another attempt collects by now (I5)", () => {
    const { life, attempt } = payingBalance();
    life.settle(attempt.id, { kind: "verifying", paymentIntentId: "pi_1" });
    life.settle(attempt.id, { kind: "abandoned", paymentIntentId: "pi_1" });
    const next = life.checkout("due", { dueId: "due_1" }) as CheckoutAttempt;
    life.settle(next.id, { kind: "processing", paymentIntentId: "pi_2" });

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds).toMatchObject([{ amount: 1_600_000, reason: "abandoned_payment" }]);
    expect(due(life, 1)).toMatchObject({ status: "processing", openAttemptId: next.id });
  });

  test.each<[string, PaymentOutcome[]]>([
    ["failed", [failed]],
    [
      "was given up",
      [
        { kind: "verifying", paymentIntentId: "pi_1" },
        { kind: "abandoned", paymentIntentId: "pi_1" },
      ],
    ],
  ])("that %s claims no place that the hold has lost, and leaves the hold's end as it was", (_what, outcomes) => {
    const { life, attempt } = paying();
    for (const outcome of outcomes.slice(0, -1)) life.settle(attempt.id, outcome);
    const before = life.booking;
    const state = { booking: before, attempt: current(life, attempt), placeIsOurs: false, refundId: "ref_1" };

    const decision = decideSettlement(state, outcomes.at(-1) as PaymentOutcome, life.now);

    if (decision.kind !== "settle") throw new Error(decision.kind);
    expect(decision.settlement.place).toBeUndefined();
    expect(decision.settlement.booking).toMatchObject({ holdExpiresAt: before.holdExpiresAt, debitFailed: false });
  });

  test("bills a deposit once, by its payment", () => {
    const { life, attempt } = paying();

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(due(life, 0)).toMatchObject({ billed: 250_000, billings: 1 });
  });

  test("of another due on a hold is returned: a hold is paid by its deposit alone", () => {
    const { life, attempt } = paying();
    const other: CheckoutAttempt = { ...attempt, purpose: "due", dueId: "due_1" };
    const state = { booking: life.booking, attempt: other, placeIsOurs: true, refundId: "ref_1" };

    expect(decideSettlement(state, life.paymentOf(attempt.id), life.now)).toMatchObject({
      settlement: { booking: { status: "held" }, refund: { reason: "duplicate_payment", amount: 250_000 } },
    });
  });

  test("that pays a cancelled booking's due a second time is returned whole", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, failed);
    life.pay("deposit").end("client");

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(life.refunds.at(-1)).toMatchObject({ reason: "duplicate_payment", amount: 250_000 });
    expect(life.booking.ending).toMatchObject({ netPaid: 250_000 });
  });

  test("in another currency on an expired booking is returned, though there is a place", () => {
    const { life, attempt } = paying();
    life.at(plusHours(life.now, 1)).lapse();
    life.freePlace = "plc_2";

    expect(life.settle(attempt.id, life.paymentOf(attempt.id, { currency: "eur", booked: null }))).toBe("settled");
    expect(life.booking).toMatchObject({ status: "expired", paid: 0 });
    expect(life.refunds).toMatchObject([{ currency: "eur", reason: "duplicate_payment" }]);
  });

  test("that succeeded stays so while its fee is waited for, whatever else is told", () => {
    const { life, attempt } = paying();
    life.settle(attempt.id, life.paymentOf(attempt.id, { booked: null }));

    const told = [failed, processing, expired].map((outcome) => life.settle(attempt.id, outcome));

    expect(told).toEqual(["unchanged", "unchanged", "unchanged"]);
  });
});
