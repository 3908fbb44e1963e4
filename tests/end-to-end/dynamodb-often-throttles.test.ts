import { afterAll, beforeAll, test } from "vitest";
import { expectConfirmedDespite } from "../harness/despite-faults.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test("with a throttle on a fifth of DynamoDB's calls a booking is still confirmed, to the cent", () =>
  expectConfirmedDespite("throttle", world));
