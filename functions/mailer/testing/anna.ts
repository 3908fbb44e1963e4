import type { Booking, Due } from "@clearing/domain/booking";
import { held } from "@clearing/domain/testing/retreat";

const bookedByHerself: Booking = {
  ...held(),
  owner: { sub: "sub_anna", email: "anna@example.org" },
  participant: { name: "Anna <Muster>", email: "anna@example.org", phone: "+1 555 0100", dateOfBirth: "1980-02-03" },
};

const deposit = (changes: Partial<Due>): Due[] =>
  bookedByHerself.dues.map((due) => (due.kind === "deposit" ? { ...due, ...changes } : due));
const { agreement } = bookedByHerself;
const paid = {
  ...{ dues: deposit({ status: "paid", paid: 250_000 }), paid: 250_000, holdExpiresAt: null },
  agreement: { ...agreement, signedVersion: agreement.version },
};

/** Anna's booking in each state in which an event's mail can find it. Its hold, made at `today`, ends at 17:30. */
export const anna = {
  held: bookedByHerself,
  paying: {
    ...bookedByHerself,
    dues: deposit({ status: "processing", openAttemptId: "att_1" }),
    holdExpiresAt: "2027-01-14T17:00:00Z",
  },
  lapsed: { ...bookedByHerself, holdExpiresAt: "2027-01-04T16:30:00Z" },
  expired: { ...bookedByHerself, status: "expired", holdExpiresAt: null, dues: deposit({ status: "cancelled" }) },
  awaiting_clearance: { ...bookedByHerself, ...paid, status: "awaiting_clearance" },
  confirmed: { ...bookedByHerself, ...paid, status: "confirmed" },
  admitted: {
    ...bookedByHerself,
    ...paid,
    status: "confirmed",
    admission: { outcome: "admitted", at: "2027-03-08T20:00:00Z", by: "sub_staff" },
  },
  completed: { ...bookedByHerself, ...paid, status: "completed" },
  declined: { ...bookedByHerself, ...paid, status: "declined" },
  cancelled: { ...bookedByHerself, ...paid, status: "cancelled" },
  cancelled_unpaid: { ...bookedByHerself, status: "cancelled", holdExpiresAt: null },
} satisfies Record<string, Booking>;

/** The same booking in a program that sends no reminders before the date of a due. */
export const withoutReminders = <One extends Booking>(booking: One): One => ({
  ...booking,
  terms: { ...booking.terms, collection: { ...booking.terms.collection, noticeDaysBefore: [] } },
});

/** The same booking, paid for by somebody else; Anna has accepted the invitation. */
export const forAnna = (booking: Booking): Booking => ({
  ...booking,
  owner: { sub: "sub_paul", email: "paul@example.org" },
  participation: "accepted",
});

/** The same booking after its payer has corrected the participant, and has not signed the new agreement yet. */
export const corrected = <One extends Booking>(booking: One): One => ({
  ...booking,
  agreement: { ...booking.agreement, version: 2, signedVersion: 1 },
});

export type State = keyof typeof anna;
