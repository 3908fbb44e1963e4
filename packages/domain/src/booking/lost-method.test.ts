import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { collectionAt } from "./collection-time.ts";
import { type Booking, type Due, loseMethod, type SavedMethod, updateMethod } from "./index.ts";
import { nextTryAt } from "./next-try.ts";

const zone = "America/Denver";
const savedMethod: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2027-01-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const permission = { id: "per_1", version: 2, hash: "hash-1", at: "2027-01-04T17:00:00Z" };
const now = "2027-02-05T12:00:00Z";

/** A confirmed booking of two installments, due on 4 February and 4 March, collected by permission. */
function collected(changes: Partial<Booking> = {}): Life {
  const plans = [{ kind: "installments", months: 2 } as const];
  const life = new Life(held("installments", { program: program({ plans }) })).sign().pay("deposit").confirm();
  life.booking = { ...life.booking, autopay: true, permission, savedMethod, ...changes };
  return life;
}
const second = ({ booking }: Life): Due => booking.dues[2] as Due;

describe("a saved method that is gone", () => {
  test.each(["detached", "customer_deleted", "mandate_withdrawn", "refused"] as const)(
    "%s: ends automatic collection at once, and the event says why",
    (reason) => {
      const lost = loseMethod(collected().booking, "pm_1", reason, now);

      expect(lost?.booking).toMatchObject({ autopay: false, savedMethod: { id: "pm_1", unusable: reason } });
      expect(lost?.events.filter(({ name }) => name === "AutopayChanged")).toMatchObject([
        { data: { autopay: false, reason } },
      ]);
    },
  );

  test("is lost once, and another method is not affected", () => {
    const { booking } = collected();
    const lost = loseMethod(booking, "pm_1", "detached", now)?.booking;

    expect(loseMethod(booking, "pm_2", "detached", now)).toBeNull();
    expect(lost && loseMethod(lost, "pm_1", "customer_deleted", now)).toBeNull();
  });

  test("is not announced if dues were paid by link anyway", () => {
    const lost = loseMethod(collected({ autopay: false }).booking, "pm_1", "detached", now);

    expect(lost?.booking.savedMethod?.unusable).toBe("detached");
    expect(lost?.events.map(({ name }) => name)).not.toContain("AutopayChanged");
  });

  test.each(
    (["card", "us_bank_account"] as const).flatMap((type) =>
      [
        ...["resource_missing", "payment_method_detached", "payment_method_unexpected_state"],
        "payment_intent_mandate_invalid",
      ].map((code) => [type, code] as const),
    ),
  )("(%s) is also detected by Stripe's refusal of a try, %s, which ends automatic collection", (type, code) => {
    const life = collected({ savedMethod: { ...savedMethod, type } }).at(collectionAt("2027-02-04", zone));
    const [attempt] = life.collect();
    life.settle(attempt?.id ?? "", { kind: "refused", code });

    expect(life.booking).toMatchObject({ autopay: false, savedMethod: { unusable: "refused" } });
    expect(life.events.filter(({ name }) => name === "AutopayChanged")).toMatchObject([
      { data: { autopay: false, reason: "refused" } },
    ]);
    expect(nextTryAt(life.booking, second(life), life.now)).toBeNull();
  });
});

describe("a card that its network updates", () => {
  const update = { fingerprint: "fp_2", last4: "4444", expiresOn: "2030-12-31" };

  test("keeps the permission, gets the new details, and counts as updated now", () => {
    const { booking } = collected();
    const updated = updateMethod(booking, "pm_1", update, now)?.booking;

    expect(updated).toMatchObject({ autopay: true, permission, savedMethod: { ...update, updatedAt: now } });
  });

  test("without a change, of another method, or of one that is gone changes nothing", () => {
    const { booking } = collected();
    const { fingerprint, last4, expiresOn } = savedMethod;

    expect(updateMethod(booking, "pm_1", { fingerprint, last4, expiresOn }, now)).toBeNull();
    expect(updateMethod(booking, "pm_2", update, now)).toBeNull();
    const gone = collected({ savedMethod: { ...savedMethod, unusable: "refused" } }).booking;
    expect(updateMethod(gone, "pm_1", update, now)).toBeNull();
  });

  test.each(["expired_card", "do_not_try_again"])(
    "while a try was under way that fails with %s is usable, and is tried once more at the next collection time",
    (code) => {
      const life = collected().at(collectionAt("2027-02-04", zone));
      const [attempt] = life.collect();
      life.at("2027-02-04T17:05:00Z");
      life.booking = updateMethod(life.booking, "pm_1", update, life.now)?.booking ?? life.booking;
      life.at("2027-02-04T17:10:00Z").settle(attempt?.id ?? "", { kind: "failed", paymentIntentId: "pi_1", code });

      expect(life.booking.savedMethod?.unusable).toBeNull();
      expect(nextTryAt(life.booking, life.booking.dues[1] as Due, life.now)).toBe(collectionAt("2027-02-05", zone));
    },
  );

  test("is tried once more at the next collection time if it had been declined", () => {
    const life = collected().at(collectionAt("2027-02-04", zone));
    const [attempt] = life.collect();
    life.settle(attempt?.id ?? "", { kind: "failed", paymentIntentId: "pi_1", code: "expired_card" });
    const declined = life.booking.dues[1] as Due;
    expect(nextTryAt(life.booking, declined, now)).toBeNull();

    const updated = updateMethod(life.booking, "pm_1", update, now);
    const due = updated?.booking.dues[1] as Due;

    expect(updated && nextTryAt(updated.booking, due, now)).toBe(collectionAt("2027-02-05", zone));
    expect(due.tries?.failed).toBe(1);
  });
});
