import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { addDays, type CalendarDate } from "../time/index.ts";
import { type Booking, collectionAt, type Due, type SavedMethod } from "./index.ts";
import { nextTryAt } from "./next-try.ts";
import { nextVersion } from "./next-version.ts";

const at = (date: CalendarDate) => collectionAt(date, "America/Denver");
const account: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "us_bank_account", fingerprint: "fp_1", last4: "6789", expiresOn: null },
  ...{ mandateId: "mandate_1", savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const permission = { id: "per_1", version: 2, hash: "hash-1", at: "2027-01-04T17:00:00Z" };

/**
 * A confirmed booking whose first installment is due on 24 February. The retreat starts on 8 March, and no account is
 * debited from 22 February until then.
 */
function heldBack(changes: Partial<Booking> = {}, dueChanges: Partial<Due> = {}): Life {
  const sold = program({ plans: [{ kind: "installments", months: 2 }] });
  const life = new Life(held("installments", { program: sold })).sign().pay("deposit").confirm();
  const before: Booking = { ...life.booking, autopay: true, permission, savedMethod: account, ...changes };
  const dues = before.dues.map((due): Due => {
    if (due.kind === "deposit") return due;
    return due.id === "due_1" ? { ...due, dueOn: "2027-02-24", ...dueChanges } : { ...due, dueOn: "2027-04-24" };
  });
  const listed: Booking = { ...before, dues };
  life.booking = nextVersion(listed, life.now, {}, () => ({ events: [], journal: [] })).booking;
  return life;
}
const first = ({ booking }: Life): Due => booking.dues[1] as Due;
const sweepDaily = (life: Life, from: CalendarDate, to: CalendarDate) => {
  for (let date = from; date <= to; date = addDays(date, 1)) life.at(at(date)).sweep();
};
const told = (life: Life) =>
  life.events.filter(({ name, data }) => name === "DueNotice" && data.kind === "changed").map(({ data }) => data.dueId);

describe("a bank debit that is held back until the first day", () => {
  test("is noticed once, ten days ahead, and collected on the first day", () => {
    const life = heldBack();
    sweepDaily(life, "2027-02-22", "2027-02-25");
    expect(told(life)).toEqual([]);
    expect(first(life).status).toBe("past_due");
    expect(life.booking.dueAt).toBe(at("2027-02-26"));

    sweepDaily(life, "2027-02-26", "2027-03-07");

    expect(told(life)).toEqual(["due_1"]);
    expect(life.attempts.filter(({ dueId }) => dueId === "due_1")).toEqual([]);
    expect(life.at(at("2027-03-08")).collect()).toMatchObject([{ dueId: "due_1" }]);
  });

  test("waits for the tenth day after its notice if that was late", () => {
    const life = heldBack().at(at("2027-03-10"));
    expect(life.collect()).toEqual([]);

    life.sweep();

    expect(told(life)).toEqual(["due_1"]);
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-03-20"));
  });

  test("waits as well if the permission was given less than ten days before the start", () => {
    const given = { ...permission, at: "2027-03-02T20:00:00Z" };
    const life = heldBack({ permission: given }).at(at("2027-03-02"));

    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-03-13"));
  });

  test.each<[string, Partial<Booking>, Partial<Due>]>([
    ["by card", { savedMethod: { ...account, type: "card" } }, {}],
    ["by link", { autopay: false }, {}],
    ["on a date before those days", {}, { dueOn: "2027-02-21" }],
    ["on the first day", {}, { dueOn: "2027-03-08" }],
  ])("is not a due collected %s", (_, changes, dueChanges) => {
    const life = heldBack(changes, dueChanges).at(at("2027-02-20"));

    sweepDaily(life, "2027-02-20", "2027-03-07");

    expect(told(life)).toEqual([]);
    expect(first(life).heldBackNoticedOn).toBeUndefined();
  });

  test("is not noticed while the booking is cancelled before it, but is once staff have prevented that", () => {
    const nonPayment = { noticeDays: [3, 7], cancelDaysBefore: 4 };
    const life = heldBack();
    life.booking = { ...life.booking, terms: { ...life.booking.terms, nonPayment } };
    sweepDaily(life, "2027-02-24", "2027-03-03");
    expect(told(life)).toEqual([]);
    expect(first(life).heldBackNoticedOn).toBeUndefined();

    life.booking = { ...life.booking, pauses: [{ from: "2027-03-03", until: "2027-03-08" }] };
    life.at(at("2027-03-08")).sweep();

    expect([life.booking.status, told(life)]).toEqual(["confirmed", ["due_1"]]);
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-03-18"));
  });
});
