import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { longDate } from "../../packages/domain/src/time/long-date.ts";
import { expectPaidInParts, inParts } from "../harness/installments.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const plans = [
  { kind: "full" },
  { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
  { kind: "installments", months: 3 },
  { kind: "financed", months: 24, annualRate: "9.9900" },
];
const stateTax = { id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place", "add_on"] };

type Plan = {
  kind: string;
  available: boolean;
  reason?: string;
  months: number | null;
  dueToday: number | null;
  schedule: { dueOn: string; amount: number }[];
  total: number | null;
  apr: string | null;
};
const compared = async (cohortId: string) =>
  (await world.must<{ items: Plan[] }>("GET", `/v1/cohorts/${cohortId}/plans?placeType=private`)).items;
const asked = (cohortId: string, plan: object) =>
  world.api("POST", "/v1/quotes", { body: { cohortId, placeType: "private", plan } });

describe("the plans of a cohort", () => {
  test("are listed with total, schedule, tax and APR", async () => {
    const { id } = await openCohort(world, { inDays: 150, program: { plans, taxes: [stateTax] } });

    const [full, balance, installments, financed] = await compared(id);

    // 6.875 % of 1,850,000 is 127,187.50.
    expect(full).toMatchObject({ available: true, months: null, dueToday: 250_000, total: 1_977_188, apr: null });
    expect(balance).toMatchObject({ available: true, schedule: { length: 2 } });
    expect(installments).toMatchObject({ available: true, months: 3, total: 1_977_188, schedule: { length: 4 } });
    expect(financed).toMatchObject({ available: true, months: 24, total: 1_977_188, schedule: { length: 25 } });
    expect(financed?.apr).toMatch(/^9\.9\d{5}$/);
  });

  test("are refused if the dates or the program do not allow them", async () => {
    const far = (await openCohort(world, { inDays: 150, program: { plans } })).id;
    const near = (await openCohort(world, { inDays: 45, program: { plans } })).id;
    const refusals = [
      await asked(near, { kind: "installments" }),
      await asked(far, { kind: "installments", months: 4 }),
      await asked(far, { kind: "financed", months: 25 }),
    ].map(({ status, body }) => [status, body.code]);

    expect(refusals).toEqual(refusals.map(() => [409, "plan_not_available"]));
    expect((await asked(far, { kind: "installments", months: 2 })).body).toMatchObject({
      plan: { kind: "installments", months: 2 },
      schedule: { length: 3 },
    });
  });
});

describe("installments", () => {
  test("in dollars, each on its date, are paid to the cent", async () => {
    await expectPaidInParts(world, { currency: "usd", rest: 1_600_001, months: 3, onItsDate: true });
  });

  test("are in the agreement, each with its date", async () => {
    const { id } = await openCohort(world, { inDays: 150, program: { plans } });
    const client = new Client(world);
    const { dues } = await client.hold(id, "installments");
    const token = await client.token();
    const { html } = await world.must<{ html: string }>("GET", `${client.path}/agreement`, { token });

    for (const [number, due] of dues.slice(1).entries()) {
      expect(html).toContain(`<td>Installment ${number + 1} of 3</td><td>${longDate(due.dueOn)}</td>`);
    }
  });

  test("with tax reverse deferred revenue and tax payable when the operator cancels", async () => {
    const { id } = await openCohort(world, { inDays: 150, program: { plans, taxes: [stateTax] } });
    const client = await inParts(world, id);
    const postedTo = async (account: string) => {
      const postings = (await world.journal(client.id)).flatMap((entry) => entry.postings);
      return postings
        .filter((posting) => posting.account === account)
        .reduce((sum, { debit, credit }) => sum + credit - debit, 0);
    };
    // Tax of 127,188 in a total of 1,977,188.
    expect(await postedTo("tax_payable")).toBe(16_082);

    const token = await world.token("admin");
    await world.must("POST", `${client.path}/cancellation`, { token, key: "cancel", body: { reason: "a storm" } });
    await world.quiesce();

    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000, balance: 0 });
    expect(await postedTo("tax_payable")).toBe(0);
    expect(await postedTo("deferred_revenue")).toBe(0);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
