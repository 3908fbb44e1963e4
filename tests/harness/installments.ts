import { expect } from "vitest";
import { Client, openCohort, programBody, type World } from "./world.ts";

/** A client who has signed and paid the deposit, with the most installments. */
export async function inParts(world: World, cohortId: string): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, "installments");
  await client.sign();
  await client.pay();
  return client;
}

/** Pays each due by a session: on its date, or all at once. */
async function payEachDue(client: Client, onItsDate: boolean): Promise<void> {
  for (const { id, dueOn, status } of (await client.read()).dues) {
    if (status === "paid") continue;
    if (onItsDate) await client.world.moveClock({ to: `${dueOn}T20:00:00Z` });
    expect(await client.pay("pm_card_visa", { purpose: "due", dueId: id })).toBe("succeeded");
  }
}

type Charges = { data: { amount_captured: number; metadata: { bookingId?: string } }[] };

/** The amounts of a booking's charges at Stripe. */
async function capturedOf({ world, id }: Client): Promise<number[]> {
  const { data } = (await world.http.stripe<Charges>("GET", "charges?limit=100")).body;
  return data.filter(({ metadata }) => metadata.bookingId === id).map(({ amount_captured }) => amount_captured);
}

type Installments = { currency: string; rest: number; months: number; onItsDate: boolean };

/** Pays `rest`, in the currency's minor unit, in installments after the deposit, and expects each unit once. */
export async function expectPaidInParts(world: World, { currency, rest, months, onItsDate }: Installments) {
  const placeTypes = [{ type: "private", price: rest + 250_000 }];
  const cancellation = { ...programBody.cancellation, administrationFee: 0 };
  const program = { currency, placeTypes, plans: [{ kind: "installments", months }], cancellation };
  const { id } = await openCohort(world, { inDays: 400, program });
  const client = await inParts(world, id);
  await payEachDue(client, onItsDate);

  expect(await client.read()).toMatchObject({
    ...{ standing: "paid_in_full", paid: rest + 250_000, balance: 0, status: "awaiting_clearance" },
    dues: Array.from({ length: months + 1 }, () => ({ status: "paid" })),
  });
  const payments = (await world.journal(client.id)).filter(({ reference }) => reference.startsWith("payment:"));
  const booked = payments.flatMap(({ postings }) => postings.map(({ debit }) => debit));
  const captured = await capturedOf(client);
  expect(captured).toHaveLength(months + 1);
  for (const amounts of [booked, captured]) {
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(rest + 250_000);
  }
}
