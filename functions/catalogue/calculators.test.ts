import { httpHandler } from "@clearing/runtime/api";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { httpEvent } from "@clearing/runtime/testing/http-event";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { calculatorBindings } from "./calculators.ts";

const { deps } = fakeDeps();
const handler = httpHandler(async () => deps, calculatorBindings);

async function ask(body: object) {
  const request = { method: "POST", path: "/v1/calculators/apr", headers: { "content-type": "application/json" } };
  const answer = await handler(httpEvent({ ...request, body: JSON.stringify(body) }), {} as Context);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? "") };
}

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

const advances = [{ date: "1978-01-10", amount: 500_000 }];
const payments = [{ date: "1978-02-10", amount: 23_000, count: 24, every: "month" }];

describe("the calculator of annual percentage rates", () => {
  test("answers with the rate, its sums and the unit-period", async () => {
    expect(await ask({ advances, payments })).toEqual({
      status: 200,
      body: {
        apr: "9.685708",
        financeCharge: 52_000,
        amountFinanced: 500_000,
        totalOfPayments: 552_000,
        unitPeriod: "month",
        unitPeriodsPerYear: 12,
      },
    });
  });

  test("counts in the requested unit-period", async () => {
    expect(await ask({ advances, payments, unitPeriod: "quarter" })).toMatchObject({
      status: 200,
      body: { unitPeriod: "quarter", unitPeriodsPerYear: 4 },
    });
  });

  test("refuses a schedule that no rate solves, and says why", async () => {
    const tooFew = [{ ...payments[0], count: 21 }];

    expect(await ask({ advances, payments: tooFew })).toMatchObject({
      status: 422,
      body: { code: "no_apr", detail: "The payments add up to less than the advances." },
    });
  });

  test.each([
    ["a payment before the first advance", { payments: [{ ...payments[0], date: "1978-01-09" }] }, "payments.0.date"],
    ["a payment of 0", { payments: [{ ...payments[0], amount: 0 }] }, "payments.0.amount"],
    ["more than 1,000 payments", { payments: [{ ...payments[0], count: 1_001 }] }, "payments.0.count"],
    [
      "more than 1,000 payments in streams",
      { payments: [{ ...payments[0], count: 900 }, ...payments, ...payments, ...payments, ...payments, ...payments] },
      "payments",
    ],
    ["a date that does not exist", { advances: [{ date: "1978-02-30", amount: 1 }] }, "advances.0.date"],
    ["an interval without a name", { payments: [{ ...payments[0], every: "fortnight" }] }, "payments.0.every"],
    ["a unit-period longer than a year", { unitPeriod: "13_months" }, "unitPeriod"],
    ["no advance", { advances: [] }, "advances"],
  ])("refuses %s, naming the field", async (_, changes, path) => {
    const { status, body } = await ask({ advances, payments, ...changes });

    expect(status).toBe(400);
    expect(body.code).toBe("validation_failed");
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([path]);
  });
});
