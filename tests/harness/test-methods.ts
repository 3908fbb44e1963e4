import { expect } from "vitest";
import { Client, openCohort, startWorld, type World } from "./world.ts";

/** A stack with a cohort whose participants pay in installments. */
export type Scene = { world: World; cohortId: string };

export async function openScene(): Promise<Scene> {
  const world = await startWorld();
  // No notices before the date: they do not depend on the bank's answer, and have other tests.
  const collection = { retryDays: [3, 5, 7], noticeDaysBefore: [], moveDays: 14, moves: 2 };
  const program = { plans: [{ kind: "installments", months: 3 }], collection };
  return { world, cohortId: (await openCohort(world, { inDays: 150, count: 40, program })).id };
}

export const receipt = "We received your payment";
export const failedVerifications = "Your payment did not go through";
export const noDeposit = "Your deposit did not go through";

/** The state of a due, and the standing of its booking. */
export type Due = { status: string; standing: string; lastFailure: string | null; triedAgain: boolean };
export const paid: Due = { status: "paid", standing: "current", lastFailure: null, triedAgain: false };
export const soft = (lastFailure: string): Due => ({
  ...{ status: "scheduled", standing: "current", lastFailure, triedAgain: true },
});
export const hard = (lastFailure: string): Due => ({
  ...{ status: "action_required", standing: "action_required", lastFailure, triedAgain: false },
});
export const late = (lastFailure: string, triedAgain: boolean): Due => ({
  ...{ status: "past_due", standing: "past_due", lastFailure, triedAgain },
});

type Answer = { status: string; declineCode?: string; paymentIntent?: string; setupIntent?: string };

export async function signed({ world, cohortId }: Scene): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, "installments");
  await client.sign(true);
  return client;
}

/** The session's answer after the client has paid and, if the bank requires it, authenticated. */
export async function submit(client: Client, sessionId: string, method: string): Promise<Answer> {
  const answer: Answer = await client.payOn(sessionId, method);
  const { status, paymentIntent, setupIntent } = answer;
  if (status !== "requires_action") return answer;
  const intent = setupIntent ? `setup_intents/${setupIntent}` : `payment_intents/${paymentIntent}`;
  const path = `/_sim/${intent}/authentication`;
  return (await client.world.sim<Answer>("POST", path, { result: "success" })).body;
}

/** A client whose deposit is paid. Their bank answers `outcome` to the next payment. */
export async function saved(scene: Scene, method: string, outcome?: string): Promise<Client> {
  const client = await signed(scene);
  const answer = await submit(client, await client.checkout(), method);
  expect(answer.status, method).toBe(method.startsWith("pm_card") ? "succeeded" : "processing");
  if (outcome === undefined) return client;
  const path = `payment_intents/${answer.paymentIntent}`;
  const intent = (await scene.world.http.stripe<{ payment_method: string }>("GET", path)).body;
  const behavior = { outcomes: [outcome] };
  const set = await scene.world.sim("POST", `/_sim/payment_methods/${intent.payment_method}/behavior`, behavior);
  expect(set.status, outcome).toBe(200);
  return client;
}

/**
 * Clients whose deposits were paid from a bank account, on the evening on which a due is debited from it. Their banks then
 * answer by the table.
 */
export async function debited(scene: Scene, table: Readonly<Record<string, Due>>) {
  const { world } = scene;
  const rows = await rowsOf(table, (code) =>
    saved(scene, "pm_usBankAccount_success", table[code] === paid ? undefined : code),
  );
  await world.moveClock({ advance: "P6D" });
  const dueOn = (await rows[0]?.made.read())?.dues[1]?.dueOn;
  await world.moveClock({ to: `${dueOn}T19:00:00Z` });

  for (const { key, made: client } of rows) {
    expect(await dueOf(client), key).toMatchObject({ status: "processing", standing: "processing" });
    expect(await world.mail(client.email), key).toContain("Your payment is on its way");
  }
  return rows;
}

/** A client who saves another card after the deposit. */
export async function replaced(scene: Scene, method: string): Promise<Client> {
  const client = await saved(scene, "pm_card_visa");
  await scene.world.quiesce();
  const answer = await submit(client, await client.checkout({ purpose: "payment_method" }), method);
  expect(answer.status, method).toBe("succeeded");
  return client;
}

/** Acts on each row of a table in turn. */
export async function rowsOf<V, R>(
  table: Readonly<Record<string, V>>,
  act: (key: string, index: number) => Promise<R>,
) {
  const rows: { key: string; expected: V; made: R }[] = [];
  for (const [key, expected] of Object.entries(table)) rows.push({ key, expected, made: await act(key, rows.length) });
  return rows;
}

export const dueOf = async (client: Client): Promise<Due> => {
  const { dues, standing } = await client.read();
  const { status = "", lastFailure = null, nextAttemptAt = null } = dues[1] ?? {};
  return { status, standing, lastFailure, triedAgain: lastFailure !== null && nextAttemptAt !== null };
};
