import type { Gateway } from "@clearing/payments";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { expect, test } from "vitest";
import { workAtStripe } from "./stripe-work.ts";

const told = {
  ...{ source: "clearing", id: "evt_1", version: 1 },
  ...{ occurredAt: "2027-01-01T00:00:00Z", correlationId: "test" },
};

test("money that Stripe converted is logged with its entry, and counted for the alarm", async () => {
  const { deps, log } = fakeDeps();
  const subject = { type: "entry", id: "je_1", version: 1 };
  const data = { reference: "converted-from:txn_1", bookingId: null, amount: 100_000, currency: "eur" };
  const event = { ...told, subject, data };

  await workAtStripe({ ...event, name: "MoneyConverted" }, { ...deps, gateway: {} as Gateway });

  expect(log.map((line) => JSON.parse(line))).toMatchObject([{ level: "warn", ...data }, { MoneyConverted: 1 }]);
});

test("a refund that Stripe permanently refuses is logged with its code, and counted for the alarm", async () => {
  const { deps, table, log } = fakeDeps();
  const subject = { type: "booking", id: "bkg_1", version: 9 };
  const data = { bookingId: "bkg_1", refundId: "ref_1", code: "charge_disputed", amount: 250_000, currency: "usd" };
  const event = { ...told, subject, data };

  await workAtStripe({ ...event, name: "RefundRefused" }, { ...deps, gateway: {} as Gateway });

  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    { level: "warn", bookingId: "bkg_1", refundId: "ref_1", code: "charge_disputed" },
    { RefundsRefused: 1 },
  ]);
  expect(table.calls()).toHaveLength(0);
});
