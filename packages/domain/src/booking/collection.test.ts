import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { card, held, program } from "../testing/retreat.ts";
import { addDays, type Instant, plusDays, plusMinutes } from "../time/index.ts";
import { cardTriesUsedUp, isCardTry } from "./card-tries.ts";
import { collectionAt, countsFrom, nextCollection } from "./collection-time.ts";
import {
  type Booking,
  type Due,
  type LossAtStripe,
  mayBeMade,
  type OffSessionAttempt,
  type SavedMethod,
} from "./index.ts";
import { nextTryAt } from "./next-try.ts";

const zone = "America/Denver";
const saved: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const account: SavedMethod = { ...saved, type: "us_bank_account", mandateId: "mandate_1", expiresOn: null };

/** A confirmed booking of three installments, due on 4 February, 4 March and so on, collected by permission. */
function paying(changes: Partial<Booking> = {}, savedMethod: SavedMethod | null = saved): Life {
  const plan = { plans: [{ kind: "installments", months: 2 } as const] };
  const life = new Life(held("installments", { program: program(plan) })).sign().pay("deposit").confirm();
  life.booking = { ...life.booking, autopay: true, ...(savedMethod === null ? {} : { savedMethod }), ...changes };
  return life;
}
const first = ({ booking }: Life): Due => booking.dues[1] as Due;
const nextOf = (life: Life, now: Instant = life.now) => nextTryAt(life.booking, first(life), now);

/** Begins the tries that are due and fails each with its code; returns the attempts. */
function fail(life: Life, code: string): OffSessionAttempt[] {
  const begun = life.collect();
  for (const { id } of begun) life.settle(id, { kind: "failed", paymentIntentId: `pi_${id}`, code });
  return begun;
}

describe("the time of collection", () => {
  test("is ten o'clock in the cohort's time zone, also when daylight saving begins or ends", () => {
    expect(collectionAt("2027-03-13", zone)).toBe("2027-03-13T17:00:00Z");
    expect(collectionAt("2027-03-14", zone)).toBe("2027-03-14T16:00:00Z");
    expect(nextCollection("2027-03-13T17:00:00Z", zone)).toBe("2027-03-13T17:00:00Z");
    expect(nextCollection("2027-03-13T17:00:01Z", zone)).toBe("2027-03-14T16:00:00Z");
  });

  test("for a due dated before the deposit settled is the day after that", () => {
    const due = first(paying());

    expect(countsFrom({ depositSettledOn: "2027-02-10", autopay: true }, due)).toBe("2027-02-11");
    expect(countsFrom({ depositSettledOn: "2027-01-04", autopay: true }, due)).toBe(due.dueOn);
  });
});

describe("a due with a saved method", () => {
  test("is tried on its date", () => {
    expect(nextOf(paying())).toBe(collectionAt("2027-02-04", zone));
  });

  test.each<[string, Life]>([
    ["without the permission", paying({ autopay: false })],
    ["without a method", paying({}, null)],
    ["with a method that cannot be charged any more", paying({}, { ...saved, unusable: "detached" })],
    ["while staff have paused its collection", paying({ pauses: [{ from: "2027-01-05", until: null }] })],
    ["while a payoff is open", paying({ payoff: { attemptId: "att_9", on: "2027-01-05", dues: [], unearned: [] } })],
    ["of a booking that is still held", paying({ status: "held" })],
    ["of a booking that has ended", paying({ status: "cancelled" })],
  ])("is not tried %s", (_, life) => {
    expect(nextOf(life)).toBeNull();
    life.at(plusDays(life.now, 60));
    expect(life.collect()).toEqual([]);
  });

  test("is also tried after the retreat", () => {
    expect(nextOf(paying({ status: "completed" }))).toBe(collectionAt("2027-02-04", zone));
  });

  test("is never tried if it is the deposit or a late charge", () => {
    const life = paying();
    for (const kind of ["deposit", "late_charge"] as const) {
      expect(nextTryAt(life.booking, { ...first(life), kind }, life.now)).toBeNull();
    }
  });

  test("is tried once at its time, for the whole unpaid amount", () => {
    const life = paying();

    expect(life.at(plusMinutes(collectionAt("2027-02-04", zone), -1)).collect()).toEqual([]);
    const [attempt, ...others] = life.at(collectionAt("2027-02-04", zone)).collect();

    expect(others).toEqual([]);
    expect(attempt).toMatchObject({
      ...{ via: "off_session", status: "requested", amount: first(life).amount, paymentMethodId: "pm_1" },
      ...{ customerId: "cus_1", dueAt: life.now, description: "Seven-day program" },
    });
    expect(first(life).openAttemptId).toBe(attempt?.id);
    expect(life.collect()).toEqual([]);
  });

  test("is tried together with every other due whose time has come when the clock jumps", () => {
    const life = paying();

    expect(
      life
        .at(collectionAt("2027-03-30", zone))
        .collect()
        .map(({ dueId }) => dueId),
    ).toEqual(["due_1", "due_2"]);
  });

  test("is not sent to Stripe if the permission, the method or the amount has changed", () => {
    const life = paying();
    const [attempt] = life.at(collectionAt("2027-02-04", zone)).collect() as [OffSessionAttempt];
    const { booking } = life;

    expect(mayBeMade(booking, attempt)).toBe(true);
    expect(mayBeMade({ ...booking, autopay: false }, attempt)).toBe(false);
    expect(mayBeMade({ ...booking, savedMethod: { ...saved, id: "pm_2" } }, attempt)).toBe(false);
    const paidInPart = booking.dues.map((due) => ({ ...due, paid: due.id === attempt.dueId ? 1 : due.paid }));
    expect(mayBeMade({ ...booking, dues: paidInPart }, attempt)).toBe(false);
    expect(mayBeMade(booking, { ...attempt, status: "processing" })).toBe(false);
    expect(mayBeMade(booking, { ...attempt, id: "att_other" })).toBe(false);
  });
});

describe("a try that fails", () => {
  const on = (days: number) => collectionAt(addDays("2027-02-04", days), zone);

  test("softly is retried on the program's days after the first failure, and not after that", () => {
    const life = paying();
    const days: string[] = [];
    for (let day = 0; day < 20; day++) {
      if (fail(life.at(on(day)), "insufficient_funds").length > 0) days.push(`day ${day}`);
    }

    expect(days).toEqual(["day 0", "day 3", "day 5", "day 7"]);
    expect(first(life)).toMatchObject({ status: "past_due", openAttemptId: null });
    expect(first(life).tries).toMatchObject({ failed: 4, lastFailure: "insufficient_funds", stopped: null });
  });

  test("counts days from the day on which the first failure was learned", () => {
    const life = paying();
    const [attempt] = life.at(on(0)).collect() as [OffSessionAttempt];

    life.at(plusDays(on(1), 0)).settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "do_not_honor" });

    expect(nextOf(life)).toBe(on(4));
  });

  test("skips retry days that passed while the sweep was late", () => {
    const life = paying();
    fail(life.at(on(0)), "do_not_honor");

    fail(life.at(on(6)), "do_not_honor");

    expect(nextOf(life)).toBe(on(7));
  });

  test("hard is not retried with that method, and requires the client to act", () => {
    const life = paying();

    fail(life.at(on(0)), "lost_card");

    expect(nextOf(life)).toBeNull();
    expect(first(life)).toMatchObject({ status: "action_required", tries: { stopped: "hard" } });
  });

  test("hard prevents tries of every other due with that method", () => {
    const life = paying();
    fail(life.at(on(0)), "lost_card");

    expect(life.booking).toMatchObject({ autopay: true, savedMethod: { unusable: "declined" } });
    expect(life.at(collectionAt("2027-03-30", zone)).collect()).toEqual([]);
  });

  test("is retried at the next collection time with a method saved afterwards", () => {
    const life = paying();
    const [attempt] = life.at(on(0)).collect() as [OffSessionAttempt];
    life.booking = { ...life.booking, savedMethod: { ...saved, id: "pm_2", savedAt: plusMinutes(on(0), 5) } };

    life.at(plusMinutes(on(2), 30)).settle(attempt.id, { kind: "failed", paymentIntentId: "pi_1", code: "lost_card" });

    expect(nextOf(life)).toBe(on(3));
  });

  test.each(["lost_card", "insufficient_funds"])(
    "for good (%s) is repeated once with a method that is saved afterwards, at the next time of collection",
    (code) => {
      const life = paying();
      for (let day = 0; day < 8; day++) fail(life.at(on(day)), code);
      expect(nextOf(life)).toBeNull();

      const savedAt = plusMinutes(on(8), 90);
      life.at(savedAt);
      life.booking = { ...life.booking, savedMethod: { ...saved, id: "pm_2", savedAt } };

      expect(nextOf(life)).toBe(on(9));
      expect(fail(life.at(on(9)), "lost_card")).toHaveLength(1);
      expect(nextOf(life)).toBeNull();
    },
  );

  test("keeps its remaining retries for a method that is saved in the meantime", () => {
    const life = paying();
    fail(life.at(on(0)), "insufficient_funds");

    life.booking = { ...life.booking, savedMethod: { ...saved, id: "pm_2", savedAt: plusMinutes(on(1), 5) } };

    expect(nextOf(life)).toBe(on(3));
  });

  test("because authentication is required is paid by link only, even if another method is saved", () => {
    const life = paying();
    fail(life.at(on(0)), "authentication_required");

    life.booking = { ...life.booking, savedMethod: { ...saved, id: "pm_2", savedAt: plusMinutes(on(1), 5) } };

    expect(nextOf(life)).toBeNull();
    expect(first(life)).toMatchObject({ status: "action_required", tries: { lastFailure: "authentication_required" } });
  });

  test("says why in plain words, and that the due is past due after its date", () => {
    const life = paying();
    fail(life.at(on(0)), "stolen_card");

    expect(life.events.at(-1)).toMatchObject({ name: "PaymentFailed", data: { reason: "card_declined" } });
    life.at(plusDays(on(0), 1)).fallDue();
    expect(first(life).status).toBe("past_due");
  });

  test("because Stripe refuses the method prevents tries of other dues with it", () => {
    const life = paying();
    const [attempt] = life.at(on(0)).collect() as [OffSessionAttempt];

    life.settle(attempt.id, { kind: "refused", code: "resource_missing" });

    expect(first(life).tries).toMatchObject({ lastFailure: "method_unusable", stopped: "hard" });
    expect(life.booking.savedMethod?.unusable).toBe("refused");
    expect(life.events.slice(-2)).toMatchObject([
      { name: "PaymentFailed", data: { reason: "method_unusable", dueId: "due_1" } },
      { name: "AutopayChanged", data: { autopay: false, reason: "refused" } },
    ]);
    expect(life.at(collectionAt("2027-03-30", zone)).collect()).toEqual([]);
  });

  test("because Stripe refuses the request for an unknown reason is retried, and the bank is not blamed", () => {
    const life = paying();
    const [attempt] = life.at(on(0)).collect() as [OffSessionAttempt];

    life.settle(attempt.id, { kind: "refused", code: "invalid_request_error" });

    expect(first(life).tries).toMatchObject({ lastFailure: "provider_error", stopped: null });
    expect(nextOf(life)).toBe(on(3));
  });

  test("because its card reached the limit is paid by link, and other dues may still use the card", () => {
    const life = paying();
    const [attempt] = life.at(on(0)).collect() as [OffSessionAttempt];

    life.settle(attempt.id, { kind: "refused", code: cardTriesUsedUp });

    expect(first(life)).toMatchObject({ status: "action_required", tries: { lastFailure: "card_declined" } });
    expect(life.events.at(-1)).toMatchObject({ name: "PaymentFailed", data: { reason: "card_declined" } });
    expect(life.at(collectionAt("2027-03-30", zone)).collect()).toHaveLength(1);
  });

  test.each<[string, Partial<OffSessionAttempt>, boolean]>([
    ["a card", {}, true],
    ["a card that Stripe gives no fingerprint of", { fingerprint: null }, false],
    ["a bank account", { methodType: "us_bank_account" }, false],
  ])("with %s counts for its card, or does not", (_, changes, counts) => {
    const [attempt] = paying().at(on(0)).collect() as [OffSessionAttempt];

    expect(isCardTry({ ...attempt, ...changes })).toBe(counts);
  });

  test("because it was never created at Stripe does not count", () => {
    const life = paying();
    const [attempt] = life.at(on(0)).collect() as [OffSessionAttempt];

    life.settle(attempt.id, { kind: "never_made", code: "intent_never_made" });

    expect(first(life).tries).toBeUndefined();
    expect(life.collect()).toHaveLength(1);
  });

  test("pays its due if it succeeds after all", () => {
    const life = paying();
    const [attempt] = fail(life.at(on(0)), "insufficient_funds") as [OffSessionAttempt];

    life.settle(attempt.id, life.paymentOf(attempt.id));

    expect(first(life)).toMatchObject({ status: "paid", openAttemptId: null });
  });
});

describe("a bank debit", () => {
  const dueOn = "2027-02-04";

  test("is retried only for insufficient funds, at most twice", () => {
    const life = paying({}, account);
    const days: number[] = [];
    for (let day = 0; day < 20; day++) {
      const now = collectionAt(addDays(dueOn, day), zone);
      if (fail(life.at(now), "insufficient_funds").length > 0) days.push(day);
    }
    expect(days).toEqual([0, 3, 5]);

    const closed = paying({}, account);
    fail(closed.at(collectionAt(dueOn, zone)), "account_closed");
    expect(nextOf(closed)).toBeNull();
    expect(first(closed).tries).toMatchObject({ stopped: "hard", lastFailure: "bank_returned" });
  });

  test("that Stripe refuses for an unknown reason is paid by link: no bank has returned it", () => {
    for (const code of ["invalid_request_error", "parameter_invalid_integer"]) {
      const life = paying({}, account);
      const [attempt] = life.at(collectionAt(dueOn, zone)).collect() as [OffSessionAttempt];

      life.settle(attempt.id, { kind: "refused", code });

      expect(first(life)).toMatchObject({ status: "action_required", tries: { lastFailure: "provider_error" } });
      expect(nextOf(life)).toBeNull();
      expect(life.booking).toMatchObject({ autopay: true, savedMethod: { unusable: null } });
    }
  });

  test("to an account that Stripe blocks after a return ends automatic collection", () => {
    const life = paying({}, account);
    fail(life.at(collectionAt(dueOn, zone)), "bank_account_unusable");

    expect(first(life).tries).toMatchObject({ stopped: "hard", lastFailure: "method_unusable" });
    expect(life.booking).toMatchObject({ autopay: false, savedMethod: { unusable: "refused" } });
  });

  test("is not made in the ten business days before the start, and again from the start on", () => {
    const life = paying({}, account);
    const moved = (to: string): Due => ({ ...first(life), dueOn: to });
    const at = (to: string) => nextTryAt(life.booking, moved(to), life.now);

    expect(at("2027-02-19")).toBe(collectionAt("2027-02-19", zone));
    expect(at("2027-02-22")).toBe(collectionAt("2027-03-08", zone));
    expect(at("2027-03-07")).toBe(collectionAt("2027-03-08", zone));
    expect(at("2027-03-08")).toBe(collectionAt("2027-03-08", zone));
    // A due whose date came before that, with a late sweep.
    expect(nextTryAt(life.booking, moved("2027-02-19"), "2027-02-23T18:00:00Z")).toBe(collectionAt("2027-03-08", zone));
  });
});

describe("the saved method", () => {
  const method = { type: "card", last4: "4242", expiresOn: "2030-12-31" } as const;
  const settled = (autopay: boolean, paidWith = { ...card, method }, lost: { methodLost?: LossAtStripe } = {}) => {
    const life = new Life(held());
    life.sign();
    life.booking = { ...life.booking, autopay };
    const attempt = life.checkout("deposit") as { id: string };
    life.settle(attempt.id, life.paymentOf(attempt.id, { paidWith, ...lost }));
    return life;
  };

  test("is the deposit's, by the permission given with the signature", () => {
    const { booking, now } = settled(true);

    expect(booking.savedMethod).toEqual({
      ...{ id: "pm_1", customerId: "cus_1", ...method, fingerprint: "fp_1", mandateId: null },
      ...{ savedAt: now, unusable: null },
    });
    expect(booking.depositSettledOn).toBe("2027-01-04");
  });

  test("is absent without the permission, or if Stripe does not report a method", () => {
    expect(settled(false).booking.savedMethod).toBeUndefined();
    expect(settled(true, card as never).booking.savedMethod).toBeUndefined();
  });

  test.each(["detached", "customer_deleted", "mandate_withdrawn"] as const)(
    "is not charged if it was lost while the deposit was processed: %s",
    (methodLost) => {
      const life = settled(true, { ...card, method }, { methodLost });

      expect(life.booking).toMatchObject({ autopay: false, savedMethod: { id: "pm_1", unusable: methodLost } });
      expect(life.events.slice(-2)).toMatchObject([
        { name: "PaymentSettled" },
        { name: "AutopayChanged", data: { autopay: false, reason: methodLost } },
      ]);
      expect(nextOf(life.confirm())).toBeNull();
    },
  );

  test("that was lost is not announced if the permission was revoked before the deposit settled", () => {
    const life = settled(false, { ...card, method }, { methodLost: "detached" });

    expect(life.booking.savedMethod).toBeUndefined();
    expect(life.events.at(-1)).toMatchObject({ name: "PaymentSettled" });
  });

  test("is not replaced by the method of a due paid by link", () => {
    const life = settled(true).confirm();

    expect(life.checkout("due", { dueId: "due_1" })).toMatchObject({ autopay: false });
  });
});
