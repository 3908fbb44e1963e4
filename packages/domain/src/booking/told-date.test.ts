import { describe, expect, test } from "vitest";
import { permissionDocument } from "../agreement/index.ts";
import type { Life } from "../testing/life.ts";
import { at, dueOn, everyDay, owing, told } from "../testing/owing.ts";
import { addDays, plusHours, plusMinutes } from "../time/index.ts";
import { longDate } from "../time/long-date.ts";
import { allowAutopay, type Due, deferDue, payPageOf, type SavedMethod } from "./index.ts";
import { nextTryAt } from "./next-try.ts";

const account: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "us_bank_account", fingerprint: "fp_1", last4: "6789", expiresOn: null },
  ...{ mandateId: "mandate_1", savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const card: SavedMethod = { ...account, id: "pm_2", type: "card", expiresOn: "2030-12-31", mandateId: null };
const rules = {
  nonPayment: { noticeDays: [1], cancelDaysBefore: 14 },
  lateCharge: { amount: 2_500, graceDays: 0 },
};
const first = ({ booking }: Life): Due => booking.dues[1] as Due;
const page = (life: Life) => payPageOf(life.booking, "due_1", null, life.now);

/** A part payment has changed the debit of the first due, so that it is due on day 7; it is the afternoon of day 2. */
function waiting(): Life {
  const life = owing({ autopay: true, savedMethod: account }, rules);
  told(life, everyDay(-8, -3));
  life.at(plusMinutes(at(-3), -30)).pay("due", { dueId: "due_1", amount: 100_000 });
  expect(told(life, everyDay(-3, 3))).toEqual(["-3: changed 10"]);
  return life.at(plusHours(at(2), 5));
}
const expected = { on: addDays(dueOn, 7), isPast: false };
const declined = (life: Life): void => {
  told(life, everyDay(3, 7));
  const [debit] = life.at(at(7)).collect();
  life.settle(debit?.id ?? "", { kind: "failed", paymentIntentId: "pi_9", code: "account_closed" });
};

describe("a due whose changed debit waits keeps its later date if", () => {
  test.each<[string, (life: Life) => unknown]>([
    ["another card is saved", (life) => life.saveMethod(card)],
    ["another bank account is saved", (life) => life.saveMethod({ ...account, id: "pm_2" })],
    ["automatic payments are turned off", (life) => life.stopAutopay()],
    ["the mandate is withdrawn", (life) => life.loseMethod("mandate_withdrawn")],
    ["the bank account is removed", (life) => life.loseMethod("detached")],
    [
      "the account is removed after automatic payments were turned off and on again",
      (life) => {
        life.stopAutopay();
        allow(life);
        life.loseMethod("detached");
      },
    ],
  ])("%s", (_, happens) => {
    const life = waiting();
    happens(life);

    expect(page(life)).toMatchObject({ date: expected });
    // Neither within a minute nor on the days until then.
    expect(told(life, [plusMinutes(life.now, 1), ...everyDay(3, 7)])).toEqual(["6: upcoming 1"]);
    expect(first(life)).toMatchObject({ status: "scheduled", dueOn });
    expect(page(life)).toMatchObject({ date: expected });
  });

  test("and is late, noticed and charged for that date once it has passed", () => {
    const life = waiting();
    life.stopAutopay();
    told(life, everyDay(3, 8));

    expect(told(life, [at(8)])).toEqual(["8: final 1", "8: late charge"]);
    expect(first(life)).toMatchObject({ status: "past_due", late: { dueOn, on: addDays(dueOn, 7) } });
  });

  test("its account is declined for good on that day", () => {
    const life = waiting();
    declined(life);

    expect(page(life)).toMatchObject({ date: expected });
    expect(told(life, [plusMinutes(at(7), 1), at(8)])).toEqual(["8: final 1", "8: late charge"]);
  });

  test("the change comes after that date, and no sweep has come since", () => {
    const life = waiting().at(plusHours(at(7), 20));
    life.stopAutopay();
    life.fallDue();

    expect(first(life).late).toEqual({ dueOn, on: addDays(dueOn, 7) });
  });
});

test("the new method is charged on that date, which the page and the permission name", () => {
  const life = waiting();
  const listed = permissionDocument(life.booking, "your card").paragraphs.join("\n");
  life.saveMethod(card);

  expect(listed).toContain(`due ${longDate(addDays(dueOn, 7))}`);
  expect(listed).not.toContain(longDate(dueOn));
  expect(permissionDocument(life.booking, "your card").paragraphs.join("\n")).toBe(listed);
  expect(page(life)).toMatchObject({ planned: { as: "collected", on: addDays(dueOn, 7), method: { type: "card" } } });
  expect(nextTryAt(life.booking, first(life), life.now)).toBe(at(7));
  told(life, everyDay(3, 7));
  expect(life.attempts.filter(({ via }) => via === "off_session")).toEqual([]);
  expect(life.at(at(7)).collect()).toMatchObject([{ dueId: "due_1", paymentMethodId: "pm_2" }]);
});

test("a late due that staff defer, and whose debit waits for its notice, keeps the later date", () => {
  const life = owing({ autopay: true, savedMethod: account }, { nonPayment: null, lateCharge: rules.lateCharge });
  for (const now of everyDay(-8, 2)) {
    life.at(now).sweep();
    for (const { id, status } of life.attempts) {
      if (status === "requested")
        life.settle(id, { kind: "failed", paymentIntentId: `pi_${id}`, code: "insufficient_funds" });
    }
  }
  expect(first(life).status).toBe("past_due");
  life.at(plusHours(at(2), 1)).defer("due_1", addDays(dueOn, 4));
  const later = { on: addDays(dueOn, 13), isPast: false };
  expect(page(life)).toMatchObject({ date: later });

  told(life, everyDay(3, 6));
  life.at(plusHours(at(5), 1)).stopAutopay();

  expect(page(life)).toMatchObject({ date: later });
  expect(told(life, [plusMinutes(life.now, 1), ...everyDay(6, 14)])).toEqual(["6: upcoming 7", "12: upcoming 1"]);
  expect(first(life).status).not.toBe("past_due");
});

test("a date that staff set afterwards is later, and replaces it", () => {
  const life = waiting();
  life.stopAutopay();

  expect(deferDue(life.booking, "due_1", addDays(dueOn, 7), life.now)).toEqual({
    ...{ ok: false, reason: "not_later", bound: addDays(dueOn, 8) },
  });
  life.defer("due_1", addDays(dueOn, 9));
  expect(page(life)).toMatchObject({ date: { on: addDays(dueOn, 9), isPast: false } });
});

function allow(life: Life): void {
  const permission = { id: "per_9", version: 1, hash: "hash-9", at: life.now };
  const given = allowAutopay(life.booking, { hash: permission.hash, permission }, life.now);
  if (typeof given === "string") throw new Error(given);
  life.booking = given.booking;
}
