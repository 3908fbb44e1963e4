import { afterAll, beforeAll, expect, test } from "vitest";
import { collecting, firstDue, intentsOf, moveTo } from "../harness/autopay.ts";
import { expectReconciled } from "../harness/reconciled.ts";
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

type LinkMail = { subject: string; text: string };

test("after a failed card the client pays by the mail's link, and polls settle it although every webhook is lost", async () => {
  const plans = [{ kind: "installments", months: 2 }];
  const { id } = await openCohort(world, { inDays: 150, count: 1, program: { plans } });
  await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
  const client = await collecting(world, id, { outcomes: ["lost_card"] });
  const due = (await firstDue(client)) as Due;
  expect((await client.read()).status).toBe("held");

  await moveTo(world, due, 0, "19:00:00");
  expect(await client.read()).toMatchObject({ status: "awaiting_clearance", standing: "action_required" });
  const path = `/_local/mail?to=${encodeURIComponent(client.email)}`;
  const { items } = await world.must<{ items: LinkMail[] }>("GET", path);
  const failed = items.findLast(({ subject }) => subject === "Your payment did not go through");
  const opened = await fetch(/Pay now: (\S+)/.exec(failed?.text ?? "")?.[1] ?? "", {
    method: "POST",
    redirect: "manual",
  });
  const session = /\/c\/pay\/(cs_\w+)/.exec(opened.headers.get("location") ?? "")?.[1] ?? "";
  expect((await client.payOn(session)).status).toBe("succeeded");
  await world.quiesce();
  expect(await firstDue(client)).toMatchObject({ status: "action_required" });
  await world.moveClock({ advance: "PT1H" });

  expect(await firstDue(client)).toMatchObject({ status: "paid" });
  expect(await world.mail(client.email)).toEqual(expect.arrayContaining(["We received your payment"]));
  const paid = (await intentsOf(client)).filter(({ status }) => status === "succeeded");
  expect(paid).toHaveLength(2);
  await expectReconciled(world);
  await world.sim("DELETE", "/_sim/webhooks");
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
