import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { addDays, plusHours } from "../time/index.ts";
import {
  allowAutopay,
  type Booking,
  collectionAt,
  type Due,
  decideSetup,
  requestSetup,
  type SavedMethod,
} from "./index.ts";
import { nextTryAt } from "./next-try.ts";
import { nextVersion } from "./next-version.ts";
import { debitNotBefore } from "./varied-debit.ts";

const zone = "America/Denver";
const at = (date: string) => collectionAt(date, zone);
const account: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "us_bank_account", fingerprint: "fp_1", last4: "6789", expiresOn: null },
  ...{ mandateId: "mandate_1", savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const card: SavedMethod = { ...account, id: "pm_0", type: "card", expiresOn: "2030-12-31", mandateId: null };
const permission = { id: "per_1", version: 2, hash: "hash-1", at: "2027-01-04T17:00:00Z" };

/**
 * A confirmed booking of two installments, due on 4 February and 4 March, debited by permission; it starts in August.
 */
function debited(changes: Partial<Booking> = {}): Life {
  const plans = [{ kind: "installments", months: 2 } as const];
  const sold = program({ plans, lateCharge: { amount: 2_500, graceDays: 10 } });
  const life = new Life(held("installments", { program: sold })).sign().pay("deposit").confirm();
  const terms = { ...life.booking.terms, startsOn: "2027-08-02", endsOn: "2027-08-09" };
  life.booking = { ...life.booking, terms, autopay: true, permission, savedMethod: account, ...changes };
  return life;
}
const first = ({ booking }: Life): Due => booking.dues[1] as Due;
const dated = (life: Life, dueOn: string, now: string): Life => change(life, { dueOn }, now);

/** Staff defer the first due, or waive part of it. */
function change(life: Life, changes: Partial<Due>, now: string): Life {
  const dues = life.booking.dues.map((due) => (due.id === "due_1" ? { ...due, ...changes } : due));
  life.booking = nextVersion(life.booking, now, { dues }, () => ({ events: [], journal: [] })).booking;
  return life.at(now);
}
const told = (life: Life) =>
  life.events.filter(({ name, data }) => name === "DueNotice" && data.kind === "changed").map(({ data }) => data.dueId);

describe("a bank debit that differs from the permission's list", () => {
  test.each<[string, Partial<Due>, on: string, notBefore: string]>([
    ["with twenty days to go is noticed ten days ahead", { waived: 100_000 }, "2027-01-15", "2027-02-04"],
    ["with ten days to go is noticed at once", { waived: 100_000 }, "2027-01-25", "2027-02-04"],
    ["with three days to go waits for the tenth day", { waived: 100_000 }, "2027-02-01", "2027-02-11"],
    ["on another date, soon, waits for the tenth day", { dueOn: "2027-02-08" }, "2027-02-03", "2027-02-13"],
    ["on another date, far away, is debited on that date", { dueOn: "2027-03-20" }, "2027-02-03", "2027-03-20"],
  ])("%s", (_, changes, on, notBefore) => {
    const life = change(debited(), changes, at(on));

    expect(debitNotBefore(life.booking, first(life))).toBe(notBefore);
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at(notBefore));
  });

  test("and changed after ten o'clock is noticed on the next day", () => {
    const life = change(debited(), { waived: 100_000 }, plusHours(at("2027-02-01"), 1));

    expect(debitNotBefore(life.booking, first(life))).toBe("2027-02-12");
  });

  test("is noticed once, is not late in the meantime, and is collected after that", () => {
    const life = change(debited(), { waived: 100_000 }, at("2027-02-01"));
    for (let date = "2027-02-01"; date <= "2027-02-10"; date = addDays(date, 1)) life.at(at(date)).sweep();

    expect(told(life)).toEqual(["due_1"]);
    expect(first(life)).toMatchObject({ status: "scheduled", openAttemptId: null });
    expect(life.booking.dues.some(({ kind }) => kind === "late_charge")).toBe(false);

    const [attempt] = life.at(at("2027-02-11")).collect();
    expect(attempt).toMatchObject({ dueId: "due_1", amount: first(life).amount - 100_000 });
  });

  test("has no late charge for the days that it waited", () => {
    const life = change(debited(), { waived: 100_000 }, at("2027-02-01"));
    for (let date = "2027-02-01"; date <= "2027-02-21"; date = addDays(date, 1)) {
      life.at(at(date)).sweep();
      for (const { id, status } of life.attempts) {
        if (status === "requested") life.settle(id, { kind: "failed", paymentIntentId: "pi_1", code: "no_account" });
      }
    }
    const late = () => life.booking.dues.some(({ kind }) => kind === "late_charge");
    expect(late()).toBe(false);

    life.at(at("2027-02-22")).sweep();

    expect(late()).toBe(true);
  });

  test("is not made before its notice has gone out, however late the sweep is", () => {
    const life = change(debited(), { waived: 100_000 }, at("2027-02-01")).at(at("2027-02-20"));
    expect(life.collect()).toEqual([]);

    life.sweep();

    expect(told(life)).toEqual(["due_1"]);
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-03-02"));
  });

  test("also waits as a retry", () => {
    const life = debited().at(at("2027-02-04"));
    const [attempt] = life.collect();
    life.settle(attempt?.id ?? "", { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" });
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-02-07"));

    change(life, { waived: 100_000 }, at("2027-02-05"));

    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-02-15"));
  });

  test("is collected at the sweep's own deadline", () => {
    const life = change(debited(), { waived: 100_000 }, at("2027-01-05"));

    expect(life.booking.dueAt).toBe(at("2027-01-25"));
  });

  test("is the rest of a due that the client paid in part", () => {
    const life = debited().at(at("2027-02-01"));
    life.pay("due", { dueId: "due_1", amount: 100_000 });

    expect(debitNotBefore(life.booking, first(life))).toBe("2027-02-11");
  });

  test("does not apply to a card, a due paid by link, or a change without effect", () => {
    const card = change(debited({ savedMethod: { ...account, type: "card" } }), { waived: 1 }, at("2027-02-01"));
    const byLink = change(debited({ autopay: false }), { waived: 1 }, at("2027-02-01"));
    const same = change(debited(), {}, at("2027-02-01"));
    const stopped = change(debited(), { waived: 1 }, at("2027-02-01"));
    stopped.booking = { ...stopped.booking, autopay: false };

    for (const life of [card, byLink, same, stopped]) expect(debitNotBefore(life.booking, first(life))).toBeNull();
    expect(first(card).varied).toBeUndefined();
  });

  test("is listed again once the permission is renewed", () => {
    const life = dated(debited(), "2027-02-08", at("2027-02-03"));
    const { booking } = life;
    const renewed = { ...permission, id: "per_2", hash: "hash-2" };
    const given = allowAutopay({ ...booking, autopay: false }, { hash: "hash-2", permission: renewed }, life.now);
    if (typeof given === "string") throw new Error(given);

    expect(given.booking.dues[1]?.varied).toBeUndefined();
    expect(nextTryAt(given.booking, given.booking.dues[1] as Due, life.now)).toBe(at("2027-02-08"));
  });

  test.each<[string, SavedMethod, deferred: boolean, varied: boolean]>([
    ["includes a due that staff deferred while the session for another account was open", account, true, true],
    ["includes a due that staff deferred while the session that replaces a card was open", card, true, true],
    ["does not include a due that stayed the same while the session was open", account, false, false],
  ])("%s", (_, savedMethod, deferred, varied) => {
    const life = debited({ savedMethod }).at(at("2027-02-01"));
    const asked = { id: "set_1", customerId: "cus_1", returnUrl: "https://example.org" };
    const shown = { id: "per_2", version: 2, hash: "hash-2", at: life.now };
    const setup = requestSetup(life.booking, { ...asked, permission: shown }, life.now);
    life.at(plusHours(life.now, 1));
    if (deferred) life.defer("due_1", "2027-02-08");

    life.at(plusHours(life.now, 1));
    const page = { id: "cs_1", url: null };
    const { savedAt: _at, unusable: _none, ...method } = { ...account, id: "pm_2" };
    const saved = decideSetup(life.booking, setup, page, { kind: "saved", method }, life.now);
    life.booking = saved?.change?.booking ?? life.booking;

    expect(life.booking).toMatchObject({ permission: shown, savedMethod: { id: "pm_2" } });
    expect(first(life).varied !== undefined).toBe(varied);
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at(varied ? "2027-02-12" : "2027-02-04"));
  });

  test("stays one if the completed page, of an earlier release, has no list", () => {
    const life = dated(debited(), "2027-02-08", at("2027-02-03"));
    const asked = { id: "set_1", customerId: "cus_1", returnUrl: "https://example.org" };
    const shown = { id: "per_2", version: 2, hash: "hash-2", at: life.now };
    const { listed: _list, ...setup } = requestSetup(life.booking, { ...asked, permission: shown }, life.now);
    const { savedAt: _at, unusable: _none, ...method } = { ...account, id: "pm_2" };
    const saved = decideSetup(life.booking, setup, null, { kind: "saved", method }, life.now);

    expect(saved?.change?.booking.dues[1]?.varied).toEqual(first(life).varied);
  });

  test("is one whose date came during a pause of collection", () => {
    const life = debited().at(at("2027-02-03"));
    life.collection(true);
    life.at(plusHours(at("2027-02-10"), 1)).collection(false);
    expect(nextTryAt(life.booking, first(life), life.now)).toBe(at("2027-02-21"));
    expect(life.booking.dues[2]?.varied).toBeUndefined();

    for (let date = "2027-02-11"; date <= "2027-02-20"; date = addDays(date, 1)) life.at(at(date)).sweep();

    expect(told(life)).toEqual(["due_1"]);
    expect(life.booking.dues.some(({ kind }) => kind === "late_charge")).toBe(false);
    expect(life.at(at("2027-02-21")).collect()).toMatchObject([{ dueId: "due_1" }]);
  });

  test.each<[string, resumed: string, Partial<Due>]>([
    ["whose date is after the pause", "2027-02-03", {}],
    [
      "that is retried after the pause",
      "2027-02-10",
      {
        tries: {
          ...{ failed: 1, firstFailedOn: "2027-02-04", lastFailedAt: at("2027-02-04"), methodId: "pm_1" },
          ...{ lastFailure: "insufficient_funds", stopped: null },
        },
      },
    ],
  ])("is not one %s", (_, resumed, changes) => {
    const life = debited().at(at("2027-02-02"));
    change(life, changes, life.now);
    life.collection(true);
    life.at(plusHours(at(resumed), -1)).collection(false);

    expect(first(life).varied).toBeUndefined();
  });

  test("is not a late charge that staff deferred", () => {
    const life = debited();
    const late: Due = { ...first(life), id: "due_late", kind: "late_charge", dueOn: "2027-02-14" };
    life.booking = { ...life.booking, dues: [...life.booking.dues, late] };
    life.at(at("2027-02-05")).defer("due_late", "2027-02-20");

    expect(life.booking.dues.at(-1)).toMatchObject({ id: "due_late", dueOn: "2027-02-20" });
    expect(life.booking.dues.at(-1)?.varied).toBeUndefined();
  });

  test("is not the balance of `full`, whose date the confirmation fills in", () => {
    const life = new Life(held("full")).sign().pay("deposit");
    life.booking = { ...life.booking, autopay: true, permission, savedMethod: account };
    life.confirm();

    expect(first(life).dueOn > life.booking.terms.startsOn).toBe(false);
    expect(first(life).varied).toBeUndefined();
  });
});
