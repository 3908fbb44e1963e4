import type { Gateway } from "@clearing/payments";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { expect, test, vi } from "vitest";
import { paymentWorks } from "./payment-worker.ts";

const { workOnAttempt, workOnSetup } = vi.hoisted(() => ({
  workOnAttempt: vi.fn(async () => ({ ok: true })),
  workOnSetup: vi.fn(async () => ({ ok: true })),
}));
vi.mock("@clearing/commands/payment-deadlines", async (original) => ({
  ...(await original<object>()),
  workOnAttempt,
  workOnSetup,
}));

test("attempts to pay and to save a method are found by their ids", async () => {
  const deps = { ...fakeDeps().deps, gateway: {} as Gateway };

  await paymentWorks.ATTEMPT({ pk: "BKG#bkg_1", sk: "ATT#att_1" }, deps);
  await paymentWorks.ATTEMPT({ pk: "BKG#bkg_1", sk: "SET#set_1" }, deps);

  expect(workOnAttempt.mock.calls).toEqual([[expect.anything(), "bkg_1", "att_1"]]);
  expect(workOnSetup.mock.calls).toEqual([[expect.anything(), "bkg_1", "set_1"]]);
});
