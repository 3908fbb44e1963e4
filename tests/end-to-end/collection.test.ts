import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collecting, firstDue, intentsOf, moveTo } from "../harness/autopay.ts";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
let cohortId: string;
beforeAll(async () => {
  world = await startWorld();
  // Without notices before the date, which have other tests.
  const collection = { retryDays: [3, 5, 7], noticeDaysBefore: [], moveDays: 14, moves: 2 };
  const program = { plans: [{ kind: "installments", months: 3 }], collection };
  cohortId = (await openCohort(world, { inDays: 150, count: 6, program })).id;
});
afterAll(() => world.stop());

describe("dues that are collected from saved methods", () => {
  test("are tried on their date at ten; after a soft decline again on the program's days, after a hard one by link", async () => {
    const works = await collecting(world, cohortId);
    const soft = await collecting(world, cohortId, {
      outcomes: ["insufficient_funds", "insufficient_funds", "succeeds"],
    });
    const hard = await collecting(world, cohortId, { outcomes: ["lost_card"] });
    const asks = await collecting(world, cohortId, { outcomes: ["authentication_required"] });
    const debit = await collecting(world, cohortId, { paymentMethod: "pm_usBankAccount_success" });
    const declined = new Client(world);
    await declined.hold(cohortId, "installments");
    await declined.sign(false);
    await declined.pay();
    const due = (await firstDue(works)) as Due;

    await moveTo(world, due, 0, "15:50:00");
    expect(await firstDue(works)).toMatchObject({ paid: 0 });
    await moveTo(world, due, 0, "19:00:00");

    expect(await firstDue(works)).toMatchObject({ status: "paid" });
    expect(await world.mail(works.email)).toContain("We received your payment");
    expect(await firstDue(debit)).toMatchObject({ status: "processing" });
    expect(await world.mail(debit.email)).toContain("Your payment is on its way");
    expect(await firstDue(soft)).toMatchObject({
      ...{ status: "scheduled", lastFailure: "insufficient_funds" },
      nextAttemptAt: expect.stringMatching(/T(16|17):00:00Z$/),
    });
    for (const client of [hard, asks]) {
      expect(await client.read()).toMatchObject({ standing: "action_required" });
      expect(await firstDue(client)).toMatchObject({ status: "action_required", nextAttemptAt: null });
      expect((await intentsOf(client))[0]?.status).toBe("canceled");
    }
    expect(await firstDue(declined)).toMatchObject({ paid: 0, status: "scheduled" });
    expect(await intentsOf(declined)).toHaveLength(1);

    await moveTo(world, due, 2, "19:00:00");
    expect((await intentsOf(soft)).length).toBe(2);
    await moveTo(world, due, 10, "19:00:00");

    expect(await firstDue(soft)).toMatchObject({ status: "paid" });
    expect((await intentsOf(soft)).map(({ status }) => status)).toEqual([
      ...["succeeded", "canceled", "canceled", "succeeded"],
    ]);
    expect(await firstDue(debit)).toMatchObject({ status: "paid" });
    expect((await firstDue(hard))?.status).toBe("past_due");
    expect(await intentsOf(hard)).toHaveLength(2);
    await expectReconciled(world);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
