import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { expectReconciled } from "./reconciled.ts";
import { Client, openCohort, type World } from "./world.ts";

/** Confirms a booking while a fifth of the calls of DynamoDB fail, as a client who repeats failed requests. */
export async function expectConfirmedDespite(kind: string, world: World): Promise<void> {
  const cohort = await openCohort(world);
  const client = new Client(world);
  await world.faults({ target: "dynamodb", rate: 0.2, kind, seed: 3 });
  const quote = await repeated(() => client.quote(cohort.id));
  const key = randomUUID();
  const held = await repeated(async () => {
    const answer = await client.tryHold(quote, key);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  });
  client.id = held.id;
  await repeated(() => client.sign());
  await repeated(() => client.pay());
  await repeated(() => client.clear());
  await world.clearFaults();
  await world.quiesce();
  await world.moveClock({ advance: "PT20M" });
  const settled = await client.read();
  if (settled.clearance.status !== "cleared") await client.clear();
  expect(await client.read()).toMatchObject({ status: "confirmed", paid: 250_000 });
  await expectReconciled(world);
}

async function repeated<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === 8) throw error;
    }
  }
}
