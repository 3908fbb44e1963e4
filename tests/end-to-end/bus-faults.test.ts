import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmedThenCancelled } from "../harness/effects.ts";
import { expectReconciled } from "../harness/reconciled.ts";
import { startWorld, type World } from "../harness/world.ts";

describe("a bus that refuses entries", () => {
  let world: World;
  let without: Awaited<ReturnType<typeof confirmedThenCancelled>>;
  beforeAll(async () => {
    world = await startWorld();
    without = await confirmedThenCancelled(world);
  });
  afterAll(() => world.stop());

  /** The relay's log grows when its retries fail and a message stays in the outbox. */
  const relayLog = () => readFileSync(join(world.stack.dataDir, "logs", "relay.log"), "utf8").length;

  test("a part of every request is refused: the effects are the same", async () => {
    const before = relayLog();
    for (const kind of ["throttle", "error"]) await world.faults({ target: "events", seed: 5, kind, rate: 0.5 });
    expect((await confirmedThenCancelled(world)).came).toEqual(without.came);
    expect(relayLog()).toBeGreaterThan(before);
  });

  test("the ledger agrees with Stripe's balance", async () => {
    await expectReconciled(world);
  });
});
