import { afterAll, beforeAll, expect, test } from "vitest";
import { collecting, firstDue, intentsOf, moveTo } from "../harness/autopay.ts";
import { expectReconciled } from "../harness/reconciled.ts";
import { type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test("after a failed card the client pays by the mail's link, and polls settle it although every webhook is lost", async () => {
  const plans = [{ kind: "installments", months: 2 }];
  const { id } = await openCohort(world, { inDays: 150, count: 1, program: { plans } });
  await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
  const client = await collecting(world, id, { outcomes: ["lost_card"] });
  const due = (await firstDue(client)) as Due;
  expect((await client.read()).status).toBe("held");

  await moveTo(world, due, 0, "19:00:00");
  expect(await client.read()).toMatchObject({ status: "awaiting_clearance", standing: "action_required" });
  const failed = (await world.mails(client.email)).findLast(
    ({ subject }) => subject === "Your payment did not go through",
  );
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
