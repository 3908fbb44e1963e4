import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const listed = async (client: Client) => {
  const token = await client.token();
  const { items } = await world.must<{ items: { id: string; status: string }[] }>("GET", "/v1/bookings", { token });
  return items.map(({ id, status }) => [id, status]);
};
/** A hold that its client's list does not show yet, which proves that the index lags. */
async function heldUnseen(cohortId: string): Promise<Client> {
  for (let tries = 1; tries <= 5; tries++) {
    const client = new Client(world);
    await client.hold(cohortId);
    if ((await listed(client)).length === 0) return client;
    await client.cancel();
  }
  throw new Error("the index did not lag in five holds");
}

test("lagging indexes make lists and sweeps late, but nothing wrong", async () => {
  const { id } = await openCohort(world, { count: 3 });
  const [lapses, pays, leaves] = [new Client(world), new Client(world), new Client(world)];
  // Some minutes, so that a slow machine has time between the moved clock and the session.
  await world.faults({ target: "dynamodb", kind: "stale_index", rate: 1, seed: 1, seconds: 300 });
  const unseen = await heldUnseen(id);
  expect((await unseen.read()).status).toBe("held");
  expect(await world.available(id)).toBe(2);
  await unseen.cancel();
  for (const client of [lapses, pays, leaves]) await client.hold(id);
  // It is sold out at once, even if no list shows it yet.
  expect((await new Client(world).tryHold(await pays.quote(id))).body.code).toBe("sold_out");

  // The sweep that ends the first hold may still see the old deadline, which the session has moved.
  await pays.sign();
  await world.moveClock({ advance: "PT27M" });
  const page = await pays.checkout();
  await world.moveClock({ advance: "PT6M" });
  expect((await pays.read()).status).toBe("held");
  expect((await lapses.read()).status).toBe("expired");
  expect((await leaves.read()).status).toBe("expired");
  expect(await world.available(id)).toBe(2);
  await pays.payOn(page);
  await world.quiesce();
  await pays.clear();
  await world.moveClock({ advance: "PT10M" });

  await world.clearFaults();
  expect(await pays.read()).toMatchObject({ status: "confirmed", paid: 250_000 });
  expect(await listed(pays)).toEqual([[pays.id, "confirmed"]]);
  expect(await listed(lapses)).toEqual([[lapses.id, "expired"]]);
  expect((await world.mail(lapses.email)).filter((subject) => subject === "Your hold has expired")).toHaveLength(1);
  expect((await world.balances()).stripe_balance).toBe((await world.stripeBalance()).balance);
});
