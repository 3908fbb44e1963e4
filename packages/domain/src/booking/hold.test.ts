import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, today } from "../testing/retreat.ts";
import { plusDays, plusMinutes, plusSeconds } from "../time/index.ts";
import { isSameSignature, lapse, setAutopay, sign } from "./index.ts";

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

  test("lapses at its instant and not a second before", () => {
    const booking = held();

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

  test("that was paid lapses no more", () => {
    const { booking } = new Life(held()).sign().pay("deposit");

    expect(lapse(booking, "2030-01-01T00:00:00Z")).toBeNull();
  });
});

describe("signing the agreement", () => {
  test("signs the version that was shown, with the choice of automatic collection", () => {
    const signed = sign(held(), { hash: "hash-1", autopay: true }, today);

    expect(signed).toMatchObject({
      ok: true,
      booking: { agreement: { signedVersion: 1, signedAt: today }, autopay: true },
      events: [{ name: "AgreementSigned", data: { agreementVersion: 1, autopay: true } }],
    });
  });

  test("of another text is refused", () => {
    expect(sign(held(), { hash: "hash-0", autopay: false }, today)).toEqual({ ok: false, reason: "agreement_changed" });
  });

  test.each(["expired", "declined", "cancelled", "completed"] as const)(
    "on a booking that is %s is refused",
    (status) => {
      const booking = { ...held(), status };

      expect(sign(booking, { hash: "hash-1", autopay: false }, today)).toEqual({
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

  test.each([{ signature: "Sample person" }, { autopay: true }])("with another is not: %j", (other) => {
    expect(isSameSignature(signed, { ...signed, ...other })).toBe(false);
  });
});

describe("the permission to collect automatically", () => {
  test("is given and taken back, and telling it twice changes nothing", () => {
    const given = setAutopay(held(), true, today)?.booking;

    expect(given).toMatchObject({ autopay: true, version: 2 });
    expect(setAutopay(held(), true, today)?.events).toMatchObject([
      { name: "AutopayChanged", data: { autopay: true } },
    ]);
    expect(given && setAutopay(given, true, today)).toBeNull();
    expect(given && setAutopay(given, false, today)).toMatchObject({ booking: { autopay: false, version: 3 } });
  });
});
