import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confirmedThenCancelled, effectsOnce } from "../harness/effects.ts";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";
import { weakened } from "../proofs/weaken.ts";

describe("a bus that delivers twice, or loses its answer", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test("without faults every event has its effects, each once", async () => {
    const { carried, came } = await confirmedThenCancelled(world);
    expect(came).toEqual(effectsOnce);
    expect(carried).toBe(came.events.length);
  });

  test("every message is delivered twice: the effects are the same", async () => {
    await world.faults({ target: "events", seed: 5, kind: "duplicate", rate: 1 });
    expect((await confirmedThenCancelled(world)).came).toEqual(effectsOnce);
  });

  test("answers are lost, so the relay sends events again, and every message is delivered twice: the effects are the same", async () => {
    await world.faults({ target: "events", seed: 5, kind: "timeout", rate: 0.5 });
    await world.faults({ target: "events", seed: 5, kind: "duplicate", rate: 1 });
    const { carried, came } = await confirmedThenCancelled(world);
    expect(came).toEqual(effectsOnce);
    expect(carried).toBeGreaterThan(came.events.length);
  });

  test("the ledger agrees with Stripe's balance", async () => {
    await expectReconciled(world);
  });

  test("control: without the mark of a sent mail, a message that is delivered twice sends two mails", async () => {
    const condition = /"attribute_not_exists\(pk\) OR heldBy = :holder OR (leaseUntil)/;
    const control = await weakened(
      ["mailer"],
      [
        {
          file: /store\/src\/consumed-once\.ts$/,
          from: condition,
          to: '"attribute_not_exists(pk) OR heldBy <> :holder OR $1',
        },
      ],
    );
    const weak = await startWorld({ bundles: control.bundles });
    try {
      const client = new Client(weak);
      const { id } = await openCohort(weak);
      await weak.faults({ target: "events", kind: "duplicate", rate: 1 });
      await client.hold(id);
      await weak.quiesce();
      expect(await weak.mail(client.email)).toEqual([
        "We are holding a place for you",
        "We are holding a place for you",
      ]);
    } finally {
      await weak.stop();
      control.remove();
    }
  });
});
