import { afterAll, beforeAll, expect, test } from "vitest";
import { collecting, firstDue, type Intent, intentsOf, moveTo, savedMethod } from "../harness/autopay.ts";
import { type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test("a bank account that is lost while the deposit is processed is not charged, and the client is told", async () => {
  const plans = [{ kind: "installments", months: 2 }];
  const { id } = await openCohort(world, { inDays: 150, count: 4, program: { plans } });
  const kept = await collecting(world, id, { paymentMethod: "pm_usBankAccount_success" });
  const detached = await collecting(world, id, { paymentMethod: "pm_usBankAccount_success" });
  const deleted = await collecting(world, id, { paymentMethod: "pm_usBankAccount_success" });
  const withdrawn = await collecting(world, id, { paymentMethod: "pm_usBankAccount_success" });
  const { stripe } = world.http;
  await stripe("POST", `payment_methods/${await savedMethod(detached)}/detach`);
  const [{ customer }] = (await intentsOf(deleted)) as [Intent];
  await stripe("DELETE", `customers/${customer}`);
  const [{ latest_charge }] = (await intentsOf(withdrawn)) as [Intent];
  type Debit = { payment_method_details: { us_bank_account: { mandate: string } } };
  const { mandate } = (await stripe<Debit>("GET", `charges/${latest_charge}`)).body.payment_method_details
    .us_bank_account;
  expect((await world.sim("POST", `/_sim/mandates/${mandate}/withdrawal`, {})).status).toBe(200);
  await world.quiesce();

  await world.moveClock({ advance: "P6D" });
  expect(await kept.read()).toMatchObject({ status: "awaiting_clearance", autopay: true });
  for (const client of [detached, deleted, withdrawn]) {
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", autopay: false });
    expect(await world.mail(client.email)).toContain("Automatic payments are off");
  }

  await moveTo(world, (await firstDue(kept)) as Due, 0, "19:00:00");
  expect(await intentsOf(kept)).toHaveLength(2);
  for (const client of [detached, deleted, withdrawn]) expect(await intentsOf(client)).toHaveLength(1);
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
