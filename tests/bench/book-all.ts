import { type Client, openCohort } from "../harness/http.ts";
import { inParallel } from "./measure.ts";
import { payDeposit } from "./pay-deposit.ts";

/** Clients who act at the same time. */
export const atATime = 20;

let people = 0;

/** Takes `count` people from hold to confirmed, 20 at a time, and waits until the stack is idle. */
export async function bookAll(client: Client, count: number): Promise<void> {
  const cohort = await openCohort(client, { count });
  const emails = Array.from({ length: count }, () => `bench-${++people}@example.com`);
  const held: { id: string; email: string }[] = [];
  await inParallel(emails, atATime, async (email) => {
    const { id } = await payDeposit(client, { email, token: await client.token("client", email), cohortId: cohort.id });
    held.push({ id, email });
  });
  await client.quiesce();
  await inParallel(held, atATime, ({ id }) => clear(client, id));
  await client.quiesce();
  const [last] = held;
  if (last === undefined) return;
  const token = await client.token("client", last.email);
  const { status } = await client.must("GET", `/v1/bookings/${last.id}`, { token });
  if (status !== "confirmed") throw new Error(`a booking is ${status}, not confirmed`);
}

async function clear(client: Client, bookingId: string): Promise<void> {
  for (const kind of ["medical", "psychiatric"]) {
    const token = await client.token("clinician", `${kind}@example.com`);
    const body = { kind, outcome: "cleared" };
    await client.must("POST", `/v1/screenings/${bookingId}/evaluations`, { token, body });
  }
}
