import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { charge, owing } from "../testing/refunds.ts";
import { today } from "../testing/retreat.ts";
import { plusSeconds } from "../time/index.ts";
import { type Charge, type Refund, type RefundPart, spreadRefund } from "./index.ts";

/** The amount that one transaction refunds on each charge. */
const taken = (amount: number, charges: Charge[], most?: number) =>
  (spreadRefund(owing(amount), charges, today, most)?.added ?? []).map((part) => [part.chargeId, part.amount]);

describe("spreading a refund over charges", () => {
  test("takes the newest charge first", () => {
    const shares = taken(700, [charge(1, 500), charge(3, 300), charge(2, 600)]);

    expect(shares).toEqual([
      ["ch_3", 300],
      ["ch_2", 400],
    ]);
  });

  test("takes the higher id first if two were made at the same instant", () => {
    const [one, other] = [charge(1, 500), charge(2, 600, { createdAt: charge(1, 500).createdAt })];

    expect(taken(700, [one, other])).toEqual([
      ["ch_2", 600],
      ["ch_1", 100],
    ]);
    expect(taken(700, [other, one])).toEqual(taken(700, [one, other]));
  });

  test("takes at most twenty charges per transaction, and the next one continues", () => {
    const charges = Array.from({ length: 50 }, (_, index) => charge(index, 10));
    const first = spreadRefund(owing(500), charges, today) as { refund: Refund; added: RefundPart[] };
    const given = new Set(first.added.map(({ chargeId }) => chargeId));
    const left = charges.map((one) => (given.has(one.id) ? { ...one, applied: 0, refundable: 0 } : one));

    const second = spreadRefund(first.refund, left, plusSeconds(today, 1));

    expect([first.refund, second?.refund].map((one) => [one?.unspread, one?.parts.length, one?.version])).toEqual([
      [300, 20, 2],
      [100, 40, 3],
    ]);
    expect(new Set(second?.refund.parts.map(({ id }) => id)).size).toBe(40);
    expect(second?.added.every(({ chargeId }) => !given.has(chargeId))).toBe(true);
  });

  test("has nothing to do once everything is spread", () => {
    expect(spreadRefund({ ...owing(500), unspread: 0 }, [charge(1, 500)], today)).toBeNull();
  });

  test("adds up to the refund, and never exceeds what a charge can refund (I6)", () => {
    const charges = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(charges, fc.double({ min: 0, max: 1, noNaN: true }), (refundable, part) => {
        const on = refundable.map((amount, index) => charge(index, amount));
        const amount = Math.floor(refundable.reduce((sum, one) => sum + one, 0) * part);
        const spread = spreadRefund(owing(amount), on, today);
        const shares = spread?.added ?? [];
        expect(shares.reduce((sum, share) => sum + share.amount, 0)).toBe(amount);
        expect(spread?.refund.unspread ?? 0).toBe(0);
        const canGive = (id: string) => on.find((one) => one.id === id)?.refundable ?? 0;
        expect(shares.every((share) => share.amount > 0 && share.amount <= canGive(share.chargeId))).toBe(true);
      }),
    );
  });

  test("takes nothing from a charge in another currency", () => {
    const euros = charge(3, 500, { currency: "eur" });

    expect(taken(400, [charge(1, 500), euros])).toEqual([["ch_1", 400]]);
    expect(() => taken(501, [charge(1, 500), euros])).toThrow("refunds exceed captured money");
  });

  test("takes nothing that a charge owes to a failed refund: it is owed already", () => {
    expect(taken(400, [charge(1, 500), charge(3, 300, { applied: 0 })])).toEqual([["ch_1", 400]]);
  });

  test("throws if it exceeds what was captured, for a person to investigate", () => {
    expect(() => taken(901, [charge(1, 500), charge(2, 400)])).toThrow("refunds exceed captured money");
    expect(() => taken(901, [charge(1, 500), charge(2, 400)], 1)).toThrow("refunds exceed captured money");
  });
});
