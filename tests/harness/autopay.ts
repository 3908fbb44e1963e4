import { expect } from "vitest";
import { Client, type Due, type World } from "./world.ts";

type How = { outcomes?: string[]; paymentMethod?: string };

/**
 * A client who has authorized automatic payments of installments and paid the deposit. Their card then answers with
 * `outcomes`.
 */
export async function collecting(world: World, cohortId: string, { outcomes, paymentMethod }: How = {}) {
  const client = new Client(world);
  await client.hold(cohortId, "installments");
  await client.sign(true);
  await client.pay(paymentMethod);
  if (outcomes !== undefined) {
    const method = await savedMethod(client);
    const answer = await world.sim("POST", `/_sim/payment_methods/${method}/behavior`, { outcomes });
    expect(answer.status).toBe(200);
  }
  return client;
}

export type Intent = {
  id: string;
  status: string;
  customer: string;
  payment_method: string | null;
  latest_charge: string | null;
  metadata: { bookingId?: string };
};

/** The payment intents of a booking at Stripe, newest first. */
export async function intentsOf({ world, id }: Client): Promise<Intent[]> {
  const { body } = await world.http.stripe<{ data: Intent[] }>("GET", "payment_intents?limit=100");
  return body.data.filter(({ metadata }) => metadata.bookingId === id);
}

/** The method that a client's deposit was paid with. */
export const savedMethod = async (client: Client) => (await intentsOf(client)).at(-1)?.payment_method ?? "";

export const firstDue = async (client: Client): Promise<Due | undefined> => (await client.read()).dues[1];

/** Moves the clock to a time (UTC), `days` after the due's date. */
export async function moveTo(world: World, { dueOn }: { dueOn: string }, days: number, time: string): Promise<void> {
  const date = new Date(`${dueOn}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  await world.moveClock({ to: `${date.toISOString().slice(0, 10)}T${time}Z` });
}
