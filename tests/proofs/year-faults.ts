import { type FunctionName, functionNames } from "../../infra/grants.ts";
import type { Client } from "../harness/http.ts";

export type Misfortune = {
  /** The share of calls to Stripe and to DynamoDB that fail, or time out after their effect. */
  faults: number;
  /** The share of writes after which a handler's process ends, and the functions to which that applies. */
  crashes: number;
  crashing?: readonly FunctionName[] | undefined;
  seed: number;
};

/**
 * These functions read lists that are mostly empty, which makes half of all calls to DynamoDB. Faults strike them only
 * every few midnights.
 */
const readers: readonly FunctionName[] = ["sweep", "catch-up"];
const readersEvery = 4;
const writers = functionNames.filter((name) => !readers.includes(name));
/** A time-out costs real time, and each request makes many calls to DynamoDB and few to Stripe. */
const shares = { dynamodb: { error: 0.8, timeout: 0.2 }, stripe: { error: 0.5, timeout: 0.5 } };
const duplicates = 0.2;

/** Lets calls fail and processes end, by seed, for the day after this many midnights. */
export async function strike(client: Client, { faults, crashes, crashing, seed }: Misfortune, midnights: number) {
  await client.clearFaults();
  const struck = midnights % readersEvery === 0 ? functionNames : writers;
  const ofDatabase = Object.entries(shares.dynamodb).flatMap(([kind, share]) =>
    struck.map((name) => ({ target: "dynamodb", kind, rate: faults * share, function: name })),
  );
  const ofStripe = Object.entries(shares.stripe).map(([kind, share]) => ({
    target: "stripe",
    kind,
    rate: faults * share,
  }));
  const ofBus = { target: "events", kind: "duplicate", rate: duplicates };
  const all = [...ofDatabase, ...ofStripe, ofBus, ...endings(crashes, crashing)];
  for (const [index, fault] of all.entries()) {
    await client.fault({ ...fault, seed: (seed * 1_000 + midnights) * 100 + index });
  }
}

/** Switches faults off for the checks, and keeps the handlers' processes. */
export async function spare(client: Client, { crashes, crashing, seed }: Misfortune): Promise<void> {
  await client.clearFaults();
  if (crashes > 0) for (const fault of endings(0, crashing)) await client.fault({ ...fault, seed });
}

const endings = (rate: number, crashing: readonly FunctionName[] = writers) =>
  crashing.map((name) => ({ target: "dynamodb", kind: "crash_after", rate, function: name }));

/** How often each kind has struck since the stack's start. */
export const struckSoFar = async (client: Client): Promise<Record<string, number>> =>
  (await client.must<{ struck: Record<string, number> }>("GET", "/_local/faults")).struck;
