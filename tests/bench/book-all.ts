import { type Client, openCohort, participantBody } from "../harness/http.ts";
import { inParallel } from "./measure.ts";

/** Clients who act at the same time. */
export const AT_A_TIME = 20;

let people = 0;

/** Takes so many people from hold to confirmed, 20 at a time, and waits until everything has followed. */
export async function bookAll(client: Client, count: number): Promise<void> {
  const cohort = await openCohort(client, { count });
  const emails = Array.from({ length: count }, () => `bench-${++people}@example.com`);
  const held: { id: string; email: string }[] = [];
  await inParallel(emails, AT_A_TIME, async (email) => {
    held.push({ id: await payDeposit(client, cohort.id, email), email });
  });
  await client.quiesce();
  await inParallel(held, AT_A_TIME, ({ id }) => clear(client, id));
  await client.quiesce();
  const [last] = held;
  if (last === undefined) return;
  const token = await client.token("client", last.email);
  const { status } = await client.must("GET", `/v1/bookings/${last.id}`, { token });
  if (status !== "confirmed") throw new Error(`a booking is ${status}, not confirmed`);
}

async function payDeposit(client: Client, cohortId: string, email: string): Promise<string> {
  const token = await client.token("client", email);
  const plan = { kind: "deposit_and_balance" };
  const quote = await client.must("POST", "/v1/quotes", { body: { cohortId, placeType: "private", plan } });
  const { id } = await client.must("POST", "/v1/bookings", {
    token,
    key: `hold-${email}`,
    body: { quoteId: quote.id, participant: participantBody(email) },
  });
  const path = `/v1/bookings/${id}`;
  const { hash } = await client.must("GET", `${path}/agreement`, { token });
  const signed = { hash, signature: "Sample Person", accepted: true, autopay: false };
  await client.must("POST", `${path}/agreement`, { token, key: `sign-${email}`, body: signed });
  const body = { purpose: "deposit" };
  const { sessionId } = await client.must("POST", `${path}/checkout`, { token, key: `pay-${email}`, body });
  const paid = await client.sim("POST", `/_sim/checkout/${sessionId}/payment`, { paymentMethod: "pm_card_visa" });
  if (paid.status !== 200) throw new Error(`the payment answered ${paid.status}`);
  return id;
}

async function clear(client: Client, bookingId: string): Promise<void> {
  for (const kind of ["medical", "psychiatric"]) {
    const token = await client.token("clinician", `${kind}@example.com`);
    const body = { kind, outcome: "cleared" };
    await client.must("POST", `/v1/screenings/${bookingId}/evaluations`, { token, body });
  }
}
