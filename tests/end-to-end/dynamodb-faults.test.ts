import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("faults of DynamoDB", () => {
  test.each(["throttle", "conflict", "timeout", "error"])(
    "with %s on a fifth of its calls a booking is still confirmed, to the cent",
    async (kind) => {
      const cohort = await openCohort(world);
      const client = new Client(world);
      await world.faults({ target: "dynamodb", rate: 0.2, kind, seed: 3 });
      const retried = async <T>(act: () => Promise<T>): Promise<T> => {
        for (let attempt = 1; ; attempt++) {
          try {
            return await act();
          } catch (error) {
            if (attempt === 8) throw error;
          }
        }
      };
      const quote = await retried(() => client.quote(cohort.id));
      const key = randomUUID();
      const held = await retried(async () => {
        const answer = await client.tryHold(quote, key);
        if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
        return answer.body;
      });
      client.id = held.id;
      await retried(() => client.sign());
      await retried(() => client.pay());
      await retried(() => client.clear());
      await world.clearFaults();
      await world.quiesce();
      await world.moveClock({ advance: "PT20M" });
      const settled = await client.read();
      if (settled.clearance.status !== "cleared") await client.clear();
      expect(await client.read()).toMatchObject({ status: "confirmed", paid: 250_000 });
      await expectReconciled(world);
    },
  );
});
