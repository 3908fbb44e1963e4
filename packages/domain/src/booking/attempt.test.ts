import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { plusHours, plusMinutes } from "../time/index.ts";
import {
  attemptUnderWay,
  type Booking,
  beginCheckout,
  type CheckoutRequest,
  opened,
  pollOpenAt,
  sessionOf,
} from "./index.ts";
import { paymentBars } from "./payment-bar.ts";

const request = (changes: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
  purpose: "deposit",
  customerId: "cus_1",
  returnUrl: "https://example.org/return",
  methods: ["card"],
  attemptId: "att_new",
  notCleared: false,
  verifying: false,
  ...changes,
});
const balance = (changes: Partial<CheckoutRequest> = {}) => request({ purpose: "due", dueId: "due_1", ...changes });
const signed = () => new Life(held()).sign();
const confirmed = () => signed().pay("deposit").confirm();
const refused = (reason: string) =>
  reason in paymentBars ? { ok: false, reason: "invalid_transition", because: reason } : { ok: false, reason };

describe("a deposit's checkout", () => {
  test("collects the deposit, and extends the hold to five minutes past the session's end", () => {
    const life = signed();

    const decision = beginCheckout(life.booking, request(), life.now);

    const sessionEnd = plusMinutes(life.now, 31);
    expect(decision).toMatchObject({
      kind: "begin",
      attempt: { amount: 250_000, status: "requested", sessionExpiresAt: sessionEnd, description: "Seven-day program" },
      holdUntil: plusMinutes(sessionEnd, 5),
      booking: {
        holdExpiresAt: plusMinutes(sessionEnd, 5),
        holdExtended: true,
        dueAt: plusMinutes(sessionEnd, 5),
        dues: [{ openAttemptId: "att_new" }, { openAttemptId: null }],
      },
    });
  });

  test("returns the open session when requested again, whatever the method", () => {
    const life = signed();
    const first = life.checkout("deposit");

    const again = beginCheckout(life.booking, request({ methods: ["us_bank_account"] }), plusMinutes(life.now, 5));

    expect(again).toEqual({ ok: true, kind: "existing", attemptId: first?.id });
  });

  test("extends a hold at most once: after its session has ended, another is refused", () => {
    const life = signed();
    const first = life.checkout("deposit");
    life.at(plusMinutes(life.now, 31)).settle(first?.id ?? "", { kind: "expired" });

    expect(beginCheckout(life.booking, request(), life.now)).toEqual(refused("hold_expired"));
  });

  test("does not extend a hold that outlives its session, and allows another session within it", () => {
    const life = signed();
    const holdExpiresAt = plusHours(life.now, 24);
    life.booking = { ...life.booking, holdExpiresAt };
    const first = life.checkout("deposit");
    life.at(plusMinutes(life.now, 31)).settle(first?.id ?? "", { kind: "expired" });

    expect(life.booking).toMatchObject({ holdExpiresAt, holdExtended: false });
    expect(beginCheckout(life.booking, request(), life.now)).toMatchObject({ kind: "begin", holdUntil: holdExpiresAt });
  });

  const life = signed();
  const { booking, now } = life;
  const paid = signed().pay("deposit").booking;
  const processing = signed();
  processing.settle(processing.checkout("deposit")?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
  const cases: [string, Booking, Partial<CheckoutRequest>, string, string][] = [
    ["without a signature", held(), {}, now, "agreement_required"],
    ["of a version that is not signed yet", reissued(booking), {}, now, "agreement_required"],
    ["while the clearance shows not_cleared", booking, { notCleared: true }, now, "clearance_required"],
    ["at the hold's last instant", booking, {}, plusMinutes(now, 30), "hold_expired"],
    ["of an expired booking", { ...booking, status: "expired" }, {}, now, "hold_expired"],
    ["of a cancelled booking", { ...booking, status: "cancelled" }, {}, now, "deposit_paid"],
    ["that is paid", paid, {}, now, "deposit_paid"],
    ["whose debit is processing", processing.booking, {}, now, "deposit_in_progress"],
    ["whose bank account is to be verified", processing.booking, { verifying: true }, now, "unverified"],
  ];
  test.each(cases)("%s is refused", (_, on, changes, at, reason) => {
    expect(beginCheckout(on, request(changes), at)).toEqual(refused(reason));
  });

  test("is not refused to a payer who does not take part because of the participant's evaluation (I8)", () => {
    const participant = { ...booking.participant, email: "bea@example.org" };

    expect(beginCheckout({ ...booking, participant }, request({ notCleared: true }), now).ok).toBe(true);
  });

  function reissued(of: Booking): Booking {
    return { ...of, agreement: { ...of.agreement, version: 2 } };
  }
});

describe("a due's checkout", () => {
  test("collects the unpaid amount, for half an hour, and does not change the place", () => {
    const { booking, now } = confirmed();

    expect(beginCheckout(booking, balance(), now)).toMatchObject({
      kind: "begin",
      holdUntil: null,
      attempt: { amount: 1_600_000, sessionExpiresAt: plusMinutes(now, 31), dueId: "due_1" },
    });
  });

  test.each([
    [1_600_000, true],
    [10_000, true],
    [1_599_950, true],
    [9_999, false],
    [1_599_951, false],
    [1_600_001, false],
  ])("for part of a due of %i is allowed: %s, by the limits of part payments", (amount, ok) => {
    const { booking, now } = confirmed();

    expect(beginCheckout(booking, balance({ amount }), now)).toMatchObject(ok ? { ok } : refused("amount_invalid"));
  });

  test.each([
    ["bhd", 600_000, true],
    ["bhd", 600_005, false],
    ["bhd", 490, false],
    ["isk", 600_000, true],
    ["isk", 600_050, false],
    ["isk", 1_595_100, false],
    ["huf", 17_500, true],
    ["huf", 17_499, false],
  ])(
    "for part of a due in %s of %i is allowed: %s, by the currency's step and smallest charge",
    (currency, amount, ok) => {
      const { booking, now } = new Life(held("deposit_and_balance", { program: program({ currency }) }))
        .sign()
        .pay("deposit")
        .confirm();

      expect(beginCheckout(booking, balance({ amount }), now)).toMatchObject(ok ? { ok } : refused("amount_invalid"));
    },
  );

  const waiting = new Life(held("full")).sign().pay("deposit");
  const { booking, now } = confirmed();
  const cases: [string, Booking, Partial<CheckoutRequest>, string][] = [
    ["of a booking that is held", signed().booking, {}, "deposit_first"],
    ["for the balance of `full` before the confirmation", waiting.booking, {}, "clearance_required"],
    ["for a due that does not exist", booking, { dueId: "due_9" }, "not_found"],
    ["for the deposit by its id", booking, { dueId: "due_0" }, "not_found"],
    ["for a due that is paid", confirmed().pay("due", { dueId: "due_1" }).booking, {}, "paid"],
    ["of a cancelled booking", { ...booking, status: "cancelled" }, {}, "ended"],
    ["of a declined booking", { ...booking, status: "declined" }, {}, "ended"],
    [
      "without a signature on the new version",
      { ...booking, agreement: { ...booking.agreement, version: 2 } },
      {},
      "agreement_required",
    ],
  ];
  test.each(cases)("%s is refused", (_, on, changes, reason) => {
    expect(beginCheckout(on, balance(changes), now)).toEqual(refused(reason));
  });

  test("abandons an attempt that awaits verification, but not a debit in processing", () => {
    const life = confirmed();
    const attempt = life.checkout("due", { dueId: "due_1" });
    life.settle(attempt?.id ?? "", { kind: "verifying", paymentIntentId: "pi_1" });

    expect(beginCheckout(life.booking, balance({ verifying: true }), life.now)).toEqual({
      ok: true,
      kind: "abandon",
      attemptId: attempt?.id,
    });
    expect(beginCheckout(life.booking, balance(), life.now)).toEqual(refused("in_progress"));
    expect(attemptUnderWay(life.booking, balance())).toBe(attempt?.id);
    expect(attemptUnderWay(life.booking, request())).toBeNull();
  });

  test("names an attempt in processing, but not one whose page is only open", () => {
    const life = signed();
    const attempt = life.checkout("deposit");
    expect(attemptUnderWay(life.booking, request())).toBeNull();

    life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
    expect(attemptUnderWay(life.booking, request())).toBe(attempt?.id);
    expect(attemptUnderWay(life.booking, balance({ dueId: "due_9" }))).toBeNull();
  });

  test("abandons no attempt if its amount is refused", () => {
    const life = confirmed();
    life.settle(life.checkout("due", { dueId: "due_1" })?.id ?? "", { kind: "verifying", paymentIntentId: "pi_1" });

    const decision = beginCheckout(life.booking, balance({ verifying: true, amount: 1 }), life.now);

    expect(decision).toMatchObject(refused("amount_invalid"));
  });

  test("for the balance of `full` can begin after the first confirmation, even if the clearance is lost", () => {
    const life = new Life(held("full")).sign().pay("deposit").confirm();

    expect(beginCheckout({ ...life.booking, status: "awaiting_clearance" }, balance(), life.now)).toMatchObject({
      ok: true,
    });
  });
});

describe("an open session", () => {
  test("has an id once Stripe has created it", () => {
    const attempt = signed().checkout("deposit");

    expect(attempt && sessionOf(attempt)).toBe("cs_att_1");
    expect(attempt && sessionOf({ ...attempt, sessionId: null })).toBeNull();
  });

  test("is checked when it ends, and each minute while Stripe still shows it as open", () => {
    const life = signed();
    const decision = beginCheckout(life.booking, request(), life.now);
    if (!decision.ok || decision.kind !== "begin") throw new Error("refused");
    const { attempt } = decision;
    const at = (minutes: number) => pollOpenAt(attempt, plusMinutes(life.now, minutes));

    expect([0, 30, 31].map(at)).toEqual([31, 31, 32].map((minutes) => plusMinutes(life.now, minutes)));
    expect(opened(attempt, { id: "cs_1", url: "https://x" }, life.now)).toMatchObject({
      status: "open",
      sessionId: "cs_1",
      version: 2,
      dueAt: attempt.sessionExpiresAt,
    });
  });
});
