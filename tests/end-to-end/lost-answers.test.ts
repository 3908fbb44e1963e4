import { afterAll, beforeAll, expect, test } from "vitest";
import { collecting, firstDue, intentsOf, moveTo } from "../harness/autopay.ts";
import { type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
let cohortId: string;
beforeAll(async () => {
  world = await startWorld();
  const plans = [{ kind: "installments", months: 3 }];
  cohortId = (await openCohort(world, { inDays: 150, count: 12, program: { plans } })).id;
});
afterAll(() => world.stop());

test("dues are collected once, although half of Stripe's answers are lost", async () => {
  const client = await collecting(world, cohortId);
  const due = (await firstDue(client)) as Due;
  await moveTo(world, due, 0, "14:00:00");
  await world.sim("POST", "/_sim/faults", { kind: "timeout_after", rate: 0.5, seed: 7 });
  await moveTo(world, due, 0, "20:00:00");
  await world.sim("DELETE", "/_sim/faults");
  await moveTo(world, due, 1, "08:00:00");

  expect(await firstDue(client)).toMatchObject({ status: "paid" });
  expect((await intentsOf(client)).map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
