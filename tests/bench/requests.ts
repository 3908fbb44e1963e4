import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestStore } from "../harness/store.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";
import { type Figure, inParallel } from "./measure.ts";
import { type Metered, meter, unitsOf, writes, writeUnits } from "./meter.ts";

const bookings = 24;
/** How many people book at a time. */
const together = 4;

/**
 * The requests and write units of one booking in DynamoDB from hold to confirmation, without faults, and how often the
 * transaction that settles its deposit is sent. Each client returns from Stripe's page at once, while Stripe's events
 * arrive. Unlike AWS, the emulator does not bill refused transactions.
 */
export async function requestFigures(): Promise<Figure[]> {
  const embedded = await startTestStore();
  const metered = await meter(embedded.endpoint);
  const dataDir = mkdtempSync(join(tmpdir(), "clearing-requests-"));
  const world = await startWorld({ dataDir, dynamoDbEndpoint: metered.url });
  try {
    const cohort = await openCohort(world, { count: bookings + together });
    const warming = Array.from({ length: together }, () => new Client(world));
    await inParallel(warming, together, (client) => confirm(client, cohort.id));
    await world.quiesce();
    const quoted = await Promise.all(
      Array.from({ length: bookings }, async () => {
        const client = new Client(world);
        return { client, quoteId: await client.quote(cohort.id) };
      }),
    );
    const first = metered.requests.length;
    await inParallel(quoted, together, async ({ client, quoteId }) => {
      client.id = (await client.tryHold(quoteId)).body.id;
      await payAndClear(client);
    });
    await world.quiesce();
    await mustBeConfirmed(world, quoted.at(-1)?.client);
    return figuresOf(metered.requests.slice(first).filter(({ caller }) => caller !== "stack"));
  } finally {
    await world.stop();
    metered.close();
    await embedded.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function confirm(client: Client, cohortId: string): Promise<void> {
  await client.hold(cohortId);
  await payAndClear(client);
}

/** The client signs, pays, returns from Stripe's page, and is cleared. */
async function payAndClear(client: Client): Promise<void> {
  await client.sign();
  const sessionId = await client.checkout();
  await client.payOn(sessionId);
  await client.world.api("GET", `/v1/checkout/return?session=${sessionId}`);
  await client.world.quiesce();
  await client.clear();
}

async function mustBeConfirmed(world: World, client: Client | undefined): Promise<void> {
  await world.quiesce();
  const booking = await client?.read();
  if (booking?.status !== "confirmed") throw new Error(`a booking is ${booking?.status}, not confirmed`);
}

function figuresOf(requests: readonly Metered[]): Figure[] {
  const each = (value: number) => value / bookings;
  const settlements = requests.filter(({ charges }) => charges.length > 0);
  const tries = settlements.length / settlements.filter(({ ok }) => ok).length;
  const byCaller = Object.entries(Object.groupBy(requests, ({ caller }) => caller));
  const units: Record<string, number> = {};
  for (const request of writes(requests)) {
    for (const [where, value] of Object.entries(request.units)) units[where] = (units[where] ?? 0) + value;
  }
  const inOrder = Object.entries(units).toSorted(([, a], [, b]) => b - a);
  return [
    {
      what: "requests to DynamoDB from hold to confirmed",
      value: each(requests.length).toFixed(1),
      bound: { most: 60, ratio: each(requests.length) },
      missed:
        "this includes the sweep and its worker, which follow up on each new clearance. In a run of less than a minute they hardly count.",
    },
    {
      what: "write units from hold to confirmed",
      value: each(writeUnits(requests)).toFixed(1),
      bound: { most: 120, ratio: each(writeUnits(requests)) },
      missed:
        "the rest belongs to facts that must commit together: audit records, messages, entries and locks. ADR 40 counts them.",
    },
    { what: "tries of a deposit's settlement", value: tries.toFixed(2), bound: { most: 1.2, ratio: tries } },
    {
      what: "transactions refused from hold to confirmed",
      value: each(requests.filter(({ ok }) => !ok).length).toFixed(2),
    },
    ...byCaller.map(([caller, of = []]) => ({
      what: `of ${caller}`,
      value: `${each(of.length).toFixed(1)} requests, ${each(writes(of).reduce((sum, one) => sum + unitsOf(one), 0)).toFixed(1)} write units`,
    })),
    ...inOrder.map(([where, value]) => ({ what: `write units of ${where}`, value: each(value).toFixed(1) })),
  ];
}
