import { bookingStatuses } from "@clearing/domain/booking";
import { held } from "@clearing/domain/testing/retreat";
import { expect, test } from "vitest";
import { bookingListKeys, bookingsIn, bookingsOfCohort, bookingsOfPerson } from "./booking-lists.ts";

const someone = { sub: "sub-2", email: "bea@example.org" };
const booking = { ...held(), participant: { ...held().participant, email: someone.email } };
const keysIn = (status: (typeof bookingStatuses)[number]) => bookingListKeys({ ...booking, status });

test("a booking keeps its place in a person's and a cohort's list up to its confirmation", () => {
  const { statusPk: _held, ...before } = keysIn("held");

  expect(keysIn("awaiting_clearance")).toMatchObject(before);
  expect(keysIn("confirmed")).toMatchObject(before);
  for (const status of ["completed", "expired", "declined", "cancelled"] as const) {
    expect([before.ownerPk, before.cohortPk, before.participantPk]).not.toContain(keysIn(status).ownerPk);
    expect(keysIn(status).cohortPk).not.toBe(before.cohortPk);
    expect(keysIn(status).participantPk).not.toBe(before.participantPk);
  }
});

test.each(bookingStatuses)("a list of what is %s reads the partition in which that stands, each once", (status) => {
  const { statusPk, ownerPk, participantPk, cohortPk } = keysIn(status);

  expect(bookingsIn([status]).partitions).toContain(statusPk);
  expect(bookingsOfCohort(booking.cohortId, [status]).partitions).toEqual([cohortPk]);
  expect(bookingsOfPerson(booking.owner, [status]).partitions).toContain(ownerPk);
  expect(bookingsOfPerson(someone, [status]).also?.partitions).toEqual([participantPk]);
  const all = bookingsOfCohort(booking.cohortId, bookingStatuses).partitions;
  expect(all).toHaveLength(new Set(all).size);
});
