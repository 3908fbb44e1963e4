import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, quoted, today } from "../testing/retreat.ts";
import { plusDays, plusMinutes, plusSeconds } from "../time/index.ts";
import { hasSigned, hold, holdOf, isSameSignature, lapse, refuseHold, sign } from "./index.ts";

describe("a hold", () => {
  test("claims its place for the program's hold minutes, and owes nothing yet", () => {
    const booking = held();

    expect(booking).toMatchObject({
      status: "held",
      version: 1,
      holdExpiresAt: plusMinutes(today, 30),
      dueAt: plusMinutes(today, 30),
      paid: 0,
      deferred: 0,
      autopay: false,
      agreement: { version: 1, signedVersion: null },
      timeline: [{ at: today, event: "BookingHeld" }],
    });
    expect(booking.dues.map(({ billed, paid, status }) => [billed, paid, status])).toEqual([
      [0, 0, "scheduled"],
      [0, 0, "scheduled"],
    ]);
  });

  test("begins with nothing signed, paid, extended, confirmed, admitted or ended", () => {
    const fresh = { acceptance: null, correctedAt: null, confirmedAt: null, admission: null, ending: null };

    expect(held()).toMatchObject({
      ...fresh,
      auditHash: "",
      participation: "accepted",
      refunded: 0,
      financeCharge: 0,
      agreement: { hash: "hash-1", signedAt: null },
      holdSlot: 1,
      holdExtended: false,
      debitFailed: false,
      clearanceDueAt: held().terms.clearanceDeadline,
      clearanceReminders: [],
      createdAt: today,
    });
  });

  test("reports its place, price and end, and posts nothing", () => {
    const { version: _version, status: _status, ...request } = held();

    const { events, journal } = hold({ ...request, schedule: [], agreementHash: "hash-1" }, today);

    expect(events).toEqual([
      {
        name: "BookingHeld",
        subject: { type: "booking", id: "bkg_1", version: 1 },
        data: {
          bookingId: "bkg_1",
          cohortId: "coh_1",
          status: "held",
          placeType: "private",
          total: 1_850_000,
          currency: "usd",
          holdExpiresAt: plusMinutes(today, 30),
        },
      },
    ]);
    expect(journal).toEqual([]);
  });

  test("for somebody else invites them", () => {
    const { participant, ...request } = held();
    const bea = { ...participant, email: "bea@example.org" };

    const { booking } = hold({ ...request, participant: bea, schedule: [], agreementHash: "hash-1" }, today);

    expect(booking.participation).toBe("invited");
  });

  test("lapses at its end and not a second before", () => {
    const booking = held();

    expect(lapse({ ...booking, holdExpiresAt: null }, plusDays(today, 1))).toBeNull();
    expect(lapse(booking, plusSeconds(today, 30 * 60 - 1))).toBeNull();
    expect(lapse(booking, plusMinutes(today, 30))).toMatchObject({
      booking: {
        status: "expired",
        holdExpiresAt: null,
        dueAt: plusDays(plusMinutes(today, 30), 30),
        dues: [{ status: "cancelled" }, { status: "cancelled" }],
      },
      events: [{ name: "HoldExpired", data: { status: "expired" } }],
      journal: [],
    });
  });

  test("that was paid does not lapse", () => {
    const { booking } = new Life(held()).sign().pay("deposit");

    expect(lapse(booking, "2030-01-01T00:00:00Z")).toBeNull();
  });
});

describe("a quote", () => {
  const quote = quoted("deposit_and_balance");
  const adult = held().participant;

  test("makes a hold for an adult while it is valid", () => {
    expect(refuseHold(quote, adult, today)).toBeNull();
    expect(refuseHold(quote, adult, quote.validUntil)).toEqual({ reason: "quote_expired" });
  });

  test("makes at most one hold", () => {
    expect(refuseHold({ ...quote, usedBy: "bkg_1" }, adult, quote.validUntil)).toEqual({ reason: "quote_used" });
  });

  test("makes no hold when its cohort is no longer sold", () => {
    const terms = { ...quote.terms, clearanceDeadline: today };

    expect(refuseHold({ ...quote, terms }, adult, today)).toEqual({ reason: "not_on_sale" });
  });

  test.each([
    ["2009-03-08", null],
    ["2009-03-09", { reason: "date_of_birth", birth: "under_age" }],
    ["2027-01-05", { reason: "date_of_birth", birth: "in_the_future" }],
    ["1907-01-03", { reason: "date_of_birth", birth: "too_long_ago" }],
  ])("accepts a participant born on %s: %j", (dateOfBirth, refusal) => {
    expect(refuseHold(quote, { ...adult, dateOfBirth }, today)).toEqual(refusal);
  });

  test("checks a date of birth against today in the cohort's time zone", () => {
    const born = { ...adult, dateOfBirth: "2027-01-05" };

    expect(refuseHold(quote, born, "2027-01-05T06:59:59Z")).toMatchObject({ birth: "in_the_future" });
    expect(refuseHold(quote, born, "2027-01-05T07:00:00Z")).toMatchObject({ birth: "under_age" });
  });

  test("gives the hold its prices, its schedule and its terms", () => {
    const made = { id: "bkg_9", owner: held().owner, participant: adult, agreementHash: "hash-9" };
    let ids = 0;

    const request = holdOf(quote, made, () => `due_${++ids}`);

    const { cohortId, programId, placeType, currency, total, financeCharge } = quote;
    expect(request).toEqual({
      ...made,
      ...{ cohortId, programId, placeType, currency, total, financeCharge },
      quoteId: "quo_1",
      schedule: quote.schedule.map((due, index) => ({ ...due, id: `due_${index + 1}` })),
      terms: { ...quote.terms, planKind: "deposit_and_balance" },
    });
  });
});

describe("signing the agreement", () => {
  test("signs the version shown, with the choice of automatic collection", () => {
    const permission = { id: "per_1", version: 2, hash: "hash-of-text", at: today };
    const signed = sign(held(), { hash: "hash-1", permission }, today);

    expect(signed).toMatchObject({
      ok: true,
      booking: { agreement: { signedVersion: 1, signedAt: today }, autopay: true, permission },
      events: [{ name: "AgreementSigned", data: { agreementVersion: 1, autopay: true } }],
    });
  });

  test("is done once per version", () => {
    const { booking } = new Life(held()).sign();
    const changed = { ...booking, agreement: { ...booking.agreement, version: 2, hash: "hash-2" } };

    expect(hasSigned(held(), "hash-1")).toBe(false);
    expect(hasSigned(booking, "hash-1")).toBe(true);
    expect(hasSigned(booking, "hash-0")).toBe(false);
    expect(hasSigned(changed, "hash-2")).toBe(false);
  });

  test("of another text is refused", () => {
    expect(sign(held(), { hash: "hash-0", permission: null }, today)).toEqual({
      ok: false,
      reason: "agreement_changed",
    });
  });

  test.each(["expired", "declined", "cancelled", "completed"] as const)(
    "on a booking that is %s is refused",
    (status) => {
      const booking = { ...held(), status };

      expect(sign(booking, { hash: "hash-1", permission: null }, today)).toEqual({
        ok: false,
        reason: "invalid_transition",
      });
    },
  );
});

describe("signing a signed agreement again", () => {
  const signed = { signature: "Sample Person", autopay: false };

  test("with the same name and choice is the same signature", () => {
    expect(isSameSignature(signed, { ...signed })).toBe(true);
  });

  test.each([{ signature: "Sample person" }, { autopay: true }])("with another one is refused: %j", (other) => {
    expect(isSameSignature(signed, { ...signed, ...other })).toBe(false);
  });
});
