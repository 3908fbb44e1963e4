import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmedThenCancelled, effectsOnce } from "../harness/effects.ts";
import { expectReconciled } from "../harness/reconciled.ts";
import { startWorld, type World } from "../harness/world.ts";

describe("a bus that refuses entries", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  /** The relay counts it when its retries fail and a message stays in the outbox. */
  const relayLog = () => readFileSync(join(world.stack.logsDir, "relay.log"), "utf8");

  test("a part of every request is refused: the effects are the same", async () => {
    for (const kind of ["throttle", "error"]) await world.faults({ target: "events", seed: 5, kind, rate: 0.5 });
    expect((await confirmedThenCancelled(world)).came).toEqual(effectsOnce);
    expect(relayLog()).toContain('"OutboxUnsent":1');
  });

  test("the ledger agrees with Stripe's balance", async () => {
    await expectReconciled(world);
  });
});
