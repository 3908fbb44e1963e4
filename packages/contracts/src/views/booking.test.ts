import type { Booking, BookingStatus, Due, Person, SavedMethod } from "@clearing/domain/booking";
import { held, today } from "@clearing/domain/testing/retreat";
import { describe, expect, test } from "vitest";
import { autopayView } from "./autopay.ts";
import { bookingView } from "./booking.ts";

const caller = (email: string, role: "client" | "admin" = "client"): Person => ({
  sub: `sub_${email}`,
  email,
  staff: role === "admin",
});
const timeline = (
  ["BookingHeld", "PaymentSettled", "BookingConfirmed", "BookingUnconfirmed", "DueBilled"] as const
).map((event) => ({ at: today, event }));
/** Ada books for Bea. */
const booking: Booking = {
  ...held(),
  participant: { name: "Bea", email: "bea@example.org", phone: "+1", dateOfBirth: "1990-01-01" },
  participation: "accepted",
  paid: 250_000,
  timeline,
};
const events = (viewer: Person) => bookingView(booking, null, today, viewer).timeline.map(({ event }) => event);

describe("the view of a booking", () => {
  test("shows a payer nothing about the participant's clearance, in no field and no event", () => {
    const ada = caller("ada@example.org");
    expect(bookingView(booking, null, today, ada)).toMatchObject({ clearance: null, paid: 250_000 });
    expect(events(ada)).toEqual(["BookingHeld", "PaymentSettled", "BookingConfirmed", "DueBilled"]);
  });

  test.each([
    ["turned_away", null],
    ["no_show", "no_show"],
    ["admitted", "admitted"],
  ] as const)("shows a payer who does not take part the outcome %s as %s", (outcome, shown) => {
    const admission = { outcome, at: today, by: "staff-1" };
    const seenBy = (person: Person) =>
      bookingView({ ...booking, admission }, null, today, person).admission?.outcome ?? null;

    expect(seenBy(caller("ada@example.org"))).toBe(shown);
    expect(seenBy(caller("bea@example.org"))).toBe(outcome);
    expect(seenBy(caller("staff@example.org", "admin"))).toBe(outcome);
  });

  test("shows a participant who does not pay no money, in no field and no event", () => {
    const bea = caller("bea@example.org");
    const shown = bookingView(booking, null, today, bea);
    expect(shown).toMatchObject({ clearance: { status: "pending" }, total: 0, paid: 0, balance: 0, dues: [] });
    expect(shown.agreement.hash).not.toBe(booking.agreement.hash);
    expect(events(bea)).toEqual(["BookingHeld", "BookingConfirmed", "BookingUnconfirmed"]);
  });

  test("shows staff both, except on their own bookings", () => {
    expect(events(caller("staff@example.org", "admin"))).toEqual(timeline.map(({ event }) => event));
    expect(bookingView(booking, null, today, caller("bea@example.org", "admin")).total).toBe(0);
    expect(bookingView(booking, null, today, caller("ada@example.org", "admin")).clearance).toBeNull();
  });

  test.each<[BookingStatus, boolean]>([
    ["confirmed", true],
    ["completed", true],
    ["expired", false],
    ["declined", false],
    ["cancelled", false],
  ])("collects automatically while it is %s: %s", (status, collects) => {
    const known: Booking = { ...booking, status, autopay: true, pauses: [{ from: "2027-01-05", until: null }] };
    const text = { version: 1, hash: "hash", html: "<p></p>" };

    expect(bookingView(known, null, today, caller("ada@example.org"))).toMatchObject({
      autopay: collects,
      collectionPaused: collects,
    });
    expect(autopayView(known, text)).toMatchObject({ enabled: collects, hash: "hash" });
  });

  test.each([
    ["action_required", "card_expired"],
    ["cancelled", "card_expired"],
    ["paid", null],
  ] as const)("shows why the last try of a due failed until the due is paid: %s", (status, lastFailure) => {
    const tries: NonNullable<Due["tries"]> = {
      ...{ failed: 1, firstFailedOn: "2027-02-04", lastFailedAt: "2027-02-04T17:00:00Z" },
      ...{ lastFailure: "card_expired", methodId: "pm_1", stopped: "hard" },
    };
    const dues = booking.dues.map((due) => ({ ...due, status, tries }));

    const shown = bookingView({ ...booking, dues }, null, today, caller("ada@example.org")).dues;
    expect(shown.map((due) => due.lastFailure)).toEqual(dues.map(() => lastFailure));
  });

  test("shows no next charge of a due whose booking is cancelled for non-payment before it", () => {
    const savedMethod: SavedMethod = {
      ...{ id: "pm_1", customerId: "cus_1", type: "us_bank_account", fingerprint: "fp_1", last4: "6789" },
      ...{ expiresOn: null, mandateId: "mandate_1", savedAt: today, unusable: null },
    };
    const dues = booking.dues.map((due): Due => (due.kind === "deposit" ? due : { ...due, dueOn: "2027-02-26" }));
    const held: Booking = { ...booking, status: "confirmed", autopay: true, savedMethod, dues };
    const cancels = { ...held.terms, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 4 } };
    const nextOf = (terms: Booking["terms"]) =>
      bookingView({ ...held, terms }, null, today, caller("ada@example.org")).dues.at(-1)?.nextAttemptAt;

    expect(nextOf(held.terms)).toBe("2027-03-08T17:00:00Z");
    expect(nextOf(cancels)).toBeNull();
  });

  test("is never given to a stranger", () => {
    expect(() => bookingView(booking, null, today, caller("eve@example.org"))).toThrow("stranger");
  });
});
