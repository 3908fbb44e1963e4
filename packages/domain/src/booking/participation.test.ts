import { describe, expect, test } from "vitest";
import type { Clearance } from "../screening/index.ts";
import { Life } from "../testing/life.ts";
import { held, today } from "../testing/retreat.ts";
import {
  acceptInvitation,
  type Booking,
  cancellationPreview,
  correctParticipant,
  hasAccepted,
  mayBeEvaluated,
  mayDecline,
  nextStep,
} from "./index.ts";

const bea = { name: "Bea Participant", email: "bea@example.org", phone: "+1", dateOfBirth: "1990-01-01" };
const cal = { ...bea, email: "cal@example.org" };

/** Ada books for Bea. */
const forBea = (changes: Partial<Booking> = {}): Booking => ({
  ...held(),
  participant: bea,
  participation: "invited",
  ...changes,
});
const terms = { version: 1, hash: "terms-1" };
const accepted = (before: Booking, now = today): Booking => {
  const decision = acceptInvitation(before, { hash: terms.hash, terms }, now);
  if (!decision.ok) throw new Error(decision.reason);
  return decision.booking;
};
const paidFor = (booking: Booking): Life => {
  const life = new Life(booking).sign();
  const attempt = life.checkout("deposit");
  life.settle(attempt?.id ?? "", life.paymentOf(attempt?.id ?? ""));
  return life;
};
const invitations = (life: Life) =>
  life.events.filter(({ name }) => name === "ParticipationChanged").map(({ data }) => data.participation);

describe("the invitation", () => {
  test("is sent when the payer signs, but not to a payer who books for themselves", () => {
    expect(invitations(new Life(forBea()).sign())).toEqual(["invited"]);
    expect(invitations(new Life(held()).sign())).toEqual([]);
  });

  test("is sent again, to the corrected address, when the new version is signed", () => {
    const life = new Life(forBea()).sign();
    const corrected = correctParticipant(life.booking, { participant: cal, hash: "hash-2" }, today);
    if (!corrected.ok) throw new Error(corrected.reason);
    expect(corrected.events.map(({ name }) => name)).toEqual(["ParticipantCorrected"]);
    const again = new Life(corrected.booking).sign();
    expect(again.booking.agreement).toMatchObject({ version: 2, signedVersion: 2, hash: "hash-2" });
    expect(invitations(again)).toEqual(["invited"]);
  });

  test("is accepted once per document", () => {
    expect(hasAccepted(forBea(), terms.hash)).toBe(false);
    expect(hasAccepted(accepted(forBea()), terms.hash)).toBe(true);
    expect(hasAccepted(accepted(forBea()), "terms-2")).toBe(false);
    expect(hasAccepted({ ...accepted(forBea()), participation: "declined" }, terms.hash)).toBe(false);
  });

  test("is corrected only to an adult, which is checked first", () => {
    const child = { ...cal, dateOfBirth: "2010-01-01" };
    const refused = { ok: false, reason: "date_of_birth", birth: "under_age" };

    expect(correctParticipant(forBea(), { participant: child, hash: "hash-2" }, today)).toEqual(refused);
    expect(correctParticipant(held(), { participant: child, hash: "hash-2" }, today)).toEqual(refused);
  });

  test("is not sent again after the acceptance", () => {
    const unsigned = { ...forBea(), agreement: { ...forBea().agreement, version: 2, hash: "hash-2" } };
    expect(invitations(new Life(accepted(unsigned)).sign())).toEqual([]);
  });
});

describe("accepting", () => {
  test("records which terms were accepted, and when", () => {
    expect(accepted(forBea())).toMatchObject({ participation: "accepted", acceptance: { ...terms, at: today } });
  });

  test("refuses terms that are not the current ones", () => {
    const decision = acceptInvitation(forBea(), { hash: "older", terms }, today);
    expect(decision).toEqual({ ok: false, reason: "agreement_changed" });
  });

  test.each(["expired", "cancelled", "declined", "completed", "confirmed"] as const)(
    "refuses a booking that is %s",
    (status) => {
      const decision = acceptInvitation(forBea({ status }), { hash: terms.hash, terms }, today);
      expect(decision).toEqual({ ok: false, reason: "invalid_transition" });
    },
  );

  test("is not required of a payer who books for themselves", () => {
    expect(acceptInvitation(held(), { hash: terms.hash, terms }, today)).toMatchObject({ ok: false });
  });
});

test("without the acceptance nobody is evaluated, and the booking misses its clearance deadline with a full refund", () => {
  const life = paidFor(forBea());
  expect(mayBeEvaluated(life.booking)).toBe(false);
  expect(mayBeEvaluated(accepted(life.booking))).toBe(true);
  expect(nextStep(life.booking, null, life.booking.clearanceDueAt)).toBe("miss_deadline");
  life.at(life.booking.clearanceDueAt).end("clearance_deadline");
  expect(life.booking).toMatchObject({ status: "cancelled", participation: "invited", refunded: 250_000 });
});

test("a cleared booking is not confirmed without the acceptance", () => {
  const { booking } = paidFor(forBea());
  const finding = (by: string) => ({
    outcome: "cleared" as const,
    validUntil: booking.terms.endsOn,
    at: today,
    evaluationId: `evl_${by}`,
    by,
  });
  const clearance: Clearance = {
    bookingId: booking.id,
    version: 2,
    medical: finding("one"),
    psychiatric: finding("other"),
    oneClinicianMaySignBoth: false,
    revokedAt: null,
    lapsedAt: null,
    dueAt: null,
    auditHash: "",
  };
  expect(nextStep({ ...booking, participation: "accepted" }, clearance, today)).toBe("confirm");
  expect(nextStep(booking, clearance, today)).toBe("none");
});

describe("declining", () => {
  test("an invitation refunds everything, without the fee", () => {
    const life = paidFor(forBea());
    life.end("participant");
    expect(life.booking).toMatchObject({
      status: "cancelled",
      participation: "declined",
      refunded: 250_000,
      ending: { by: "participant", kept: 0, administrationFee: 0 },
    });
    expect(invitations(life)).toEqual(["invited", "declined"]);
  });

  test("after an acceptance refunds by the policy", () => {
    const life = paidFor(forBea());
    life.booking = accepted(life.booking);
    life.end("participant");
    expect(life.booking).toMatchObject({
      status: "cancelled",
      participation: "declined",
      refunded: 200_000,
      ending: { by: "participant", kept: 50_000, administrationFee: 50_000 },
    });
  });

  test("is not needed for a full refund if the payer cancels before the answer, which the preview shows", () => {
    const life = paidFor(forBea());
    expect(cancellationPreview(life.booking, "client", "2027-01-04")).toMatchObject({
      today: { refund: 250_000, kept: 0 },
      next: null,
    });
    life.end("client");
    expect(life.booking).toMatchObject({ participation: "invited", refunded: 250_000, ending: { kept: 0 } });
  });

  test("is possible once, until the first day in the cohort's zone, and only for a participant who does not pay", () => {
    const booking = accepted(forBea());
    expect(mayDecline(booking, "2027-03-08T06:59:59Z")).toBe(true);
    expect(mayDecline(booking, "2027-03-08T07:00:00Z")).toBe(false);
    expect(mayDecline({ ...booking, participation: "declined" }, today)).toBe(false);
    expect(mayDecline(held(), today)).toBe(false);
  });
});

describe("correcting the invited participant", () => {
  const correct = (before: Booking, participant = cal, now = today) =>
    correctParticipant(before, { participant, hash: "hash-2" }, now);

  test("requires a new signature", () => {
    const signed = new Life(forBea()).sign().booking;
    expect(correct(signed)).toMatchObject({
      ok: true,
      booking: {
        participant: cal,
        participation: "invited",
        agreement: { version: 2, signedVersion: 1, hash: "hash-2" },
      },
      events: [{ name: "ParticipantCorrected", data: { agreementVersion: 2 } }],
    });
  });

  test("never invites the payer", () => {
    expect(correct(forBea(), { ...cal, email: "ADA@example.org" })).toEqual({ ok: false, reason: "own_address" });
  });

  test("is possible once a day", () => {
    const first = correct(forBea());
    if (!first.ok) throw new Error(first.reason);
    expect(correct(first.booking, bea, "2027-01-05T16:00:00Z")).toEqual({
      ok: false,
      reason: "limit_exceeded",
      retryAfter: 3_600,
    });
    expect(correct(first.booking, bea, "2027-01-05T17:00:00Z")).toMatchObject({ ok: true });
  });

  test("is not possible after the answer, or after the booking has ended", () => {
    expect(correct(accepted(forBea()))).toEqual({ ok: false, reason: "invalid_transition" });
    expect(correct(forBea({ status: "expired" }))).toEqual({ ok: false, reason: "invalid_transition" });
    expect(correct(held())).toEqual({ ok: false, reason: "invalid_transition" });
  });
});
