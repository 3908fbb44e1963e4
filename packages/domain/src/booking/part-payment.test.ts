import { describe, expect, test } from "vitest";
import { allPrincipal } from "../ledger/index.ts";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { plusMinutes } from "../time/index.ts";
import { beginCheckout, type CheckoutDecision, type Due, scheduledDue } from "./index.ts";

const confirmed = (): Life => new Life(held()).sign().pay("deposit").confirm();

function ask({ booking, now }: Life, amount?: number, dueId = "due_1"): CheckoutDecision {
  const asked = { customerId: "cus_1", methods: ["card" as const], returnUrl: "https://example.org" };
  const state = { notCleared: false, verifying: false };
  const request = { purpose: "due" as const, dueId, amount, attemptId: "att_new", ...asked, ...state };
  return beginCheckout(booking, request, now);
}
const refused = (message: string) => ({ ok: false, reason: "amount_invalid", message });

/** The balance with another amount, and further unpaid dues after it. */
function withDues(life: Life, [amount = 0, ...further]: number[]): Life {
  const [deposit, balance] = life.booking.dues as [Due, Due];
  const more = further.map((one, index) =>
    scheduledDue({ ...balance, id: `due_${index + 2}`, sequence: index + 2, amount: one, parts: allPrincipal(one) }),
  );
  life.booking = { ...life.booking, dues: [deposit, { ...balance, amount, parts: allPrincipal(amount) }, ...more] };
  return life;
}

const paidInParts = (parts: number): Life => {
  const life = confirmed();
  for (let paid = 0; paid < parts; paid++) life.pay("due", { dueId: "due_1", amount: 10_000 });
  return life;
};

describe("a part payment", () => {
  test.each([
    [9_999, "Must be at least 10000 minor units ($100.00), or the full unpaid amount of the due: 1600000 minor units"],
    [50, "Must be at least 10000 minor units"],
    [49, "Must be at least 50 minor units ($0.50)"],
    [
      1_599_951,
      "Must leave at least 50 minor units ($0.50) unpaid, or be the full unpaid amount: 1600000 minor units ($16,000.00)",
    ],
    [1_600_001, "Must be at most the unpaid amount of the due: 1600000 minor units ($16,000.00)"],
  ])("of %i is refused, with the limit: %s", (amount, message) => {
    expect(ask(confirmed(), amount)).toEqual(refused(expect.stringContaining(message)));
  });

  test.each([10_000, 1_599_950])("of %i is allowed", (amount) => {
    expect(ask(confirmed(), amount)).toMatchObject({ ok: true, attempt: { amount } });
  });

  test.each([
    [3_000, 300, true],
    [3_000, 299, false],
    [99_999, 10_000, true],
    [99_999, 9_999, false],
    [400, 50, true],
  ])("of a due of %i is at least a tenth of it if that is less: %i is allowed: %s", (due, amount, ok) => {
    expect(ask(withDues(confirmed(), [due]), amount).ok).toBe(ok);
  });

  test("is never below the currency's smallest charge, which may be higher", () => {
    const forints = new Life(held("deposit_and_balance", { program: program({ currency: "huf" }) })).sign();
    const life = forints.pay("deposit").confirm();

    expect(ask(life, 17_499).ok).toBe(false);
    expect(ask(life, 17_500).ok).toBe(true);
  });

  test("of the whole unpaid amount may be as small as that is", () => {
    const life = confirmed().pay("due", { dueId: "due_1", amount: 1_599_000 });

    expect(ask(life, 1_000)).toMatchObject({ ok: true, attempt: { amount: 1_000 } });
    expect(ask(life, 999).ok).toBe(false);
  });
});

describe("a booking has at most 100 part payments", () => {
  test("the 100th is allowed, the 101st is refused, and the whole unpaid amount may still be paid", () => {
    expect(ask(paidInParts(99), 10_000).ok).toBe(true);
    const life = paidInParts(100);

    expect(ask(life, 10_000)).toEqual(
      refused("Must be the full unpaid amount of the due: this booking already has 100 part payments"),
    );
    expect(ask(life)).toMatchObject({ ok: true, attempt: { amount: 600_000 } });
  });

  test("without counting the attempt that is requested again", () => {
    const life = paidInParts(99);
    const open = life.checkout("due", { dueId: "due_1", amount: 20_000 });

    expect(ask(life, 20_000)).toMatchObject({ ok: true, kind: "existing", attemptId: open?.id });
  });

  test("over all dues, with open ones counted until they end unpaid", () => {
    const life = withDues(paidInParts(99), [1_600_000, 500_000]);
    const open = life.checkout("due", { dueId: "due_1", amount: 20_000 });

    expect(ask(life, 50_000, "due_2").ok).toBe(false);
    life.at(plusMinutes(life.now, 31)).settle(open?.id ?? "", { kind: "expired" });
    expect(ask(life, 50_000, "due_2").ok).toBe(true);
  });

  test("not counting a payment of a whole due, or of its rest", () => {
    const life = withDues(paidInParts(99), [1_600_000, 500_000, 500_000]);
    life.pay("due", { dueId: "due_2" }).pay("due", { dueId: "due_1" });
    life.checkout("due", { dueId: "due_3" });
    const whole = life.booking.dues.find(({ id }) => id === "due_3")?.openAttemptId ?? "";
    life.settle(whole, { kind: "expired" });

    expect(ask(life, 50_000, "due_3").ok).toBe(true);
  });
});
