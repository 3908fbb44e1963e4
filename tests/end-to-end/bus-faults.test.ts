import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmedThenCancelled, effectsOnce } from "../harness/effects.ts";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

describe("a bus that refuses entries", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  /** How often the relay's retries have failed and a message stayed in the outbox. */
  const unsent = () =>
    readFileSync(join(world.stack.logsDir, "relay.log"), "utf8").split('"OutboxUnsent":1').length - 1;

  test("half of all entries are refused: the effects are the same", async () => {
    for (const kind of ["throttle", "error"]) await world.faults({ target: "events", seed: 5, kind, rate: 0.3 });
    expect((await confirmedThenCancelled(world)).came).toEqual(effectsOnce);
    const { struck } = await world.must<{ struck: Record<string, number> }>("GET", "/_local/faults");
    expect(Math.min(struck["events throttle"] ?? 0, struck["events error"] ?? 0)).toBeGreaterThan(1);
  });

  test("the relay gives up while every entry is refused, and the event comes later, once", async () => {
    const client = new Client(world);
    const { id: cohortId } = await openCohort(world);
    await world.quiesce();
    const before = unsent();
    await world.faults({ target: "events", kind: "throttle", rate: 1 });
    await client.hold(cohortId);
    await expect.poll(unsent, { timeout: 30_000 }).toBeGreaterThan(before);
    expect(await world.events(client.id)).toEqual([]);
    await world.clearFaults();
    await world.quiesce();
    expect((await world.events(client.id)).map(({ type }) => type)).toEqual(["BookingHeld"]);
    expect(await world.mail(client.email)).toEqual(["We are holding a place for you"]);
  });

  test("the ledger agrees with Stripe's balance", async () => {
    await expectReconciled(world);
  });
});
