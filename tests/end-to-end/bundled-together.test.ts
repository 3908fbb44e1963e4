import { afterAll, beforeAll, expect, test } from "vitest";
import { synthesize } from "../../scripts/synthesize.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ templateDir: await synthesize(() => {}, "together") });
});
afterAll(() => world?.stop());

test("functions that were bundled together, as in the loops of development, confirm a booking", async () => {
  const client = new Client(world);

  const booking = await client.confirm((await openCohort(world)).id);

  expect(booking).toMatchObject({ status: "confirmed", paid: 250_000 });
  expect(await world.quiesce()).toBe(0);
});
