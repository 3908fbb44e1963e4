import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "@clearing/domain/audit";
import type { Attempt, Booking, Charge, Refund } from "@clearing/domain/booking";
import type { PostedEntry } from "@clearing/domain/ledger";
import type { Clearance } from "@clearing/domain/screening";
import { Stripe } from "stripe";
import type { Client } from "./stack.ts";

/** A place as it is stored, flat. */
export type StoredPlace = {
  id: string;
  cohortId: string;
  claimedBy?: string;
  claimedUntil?: string;
  takenBy?: string;
};

export type BusEvent = {
  id: string;
  type: string;
  subject: { type: string; id: string; version: number };
  data: Record<string, unknown>;
};

/** Stripe's side: what it holds of the account, as its own API says it. */
export type StripeSide = {
  balance: number;
  transactions: Pick<Stripe.BalanceTransaction, "id" | "type" | "amount" | "fee" | "net" | "source">[];
  charges: Pick<Stripe.Charge, "id" | "amount_captured" | "status" | "metadata">[];
  refunds: Pick<Stripe.Refund, "id" | "amount" | "status" | "charge">[];
};

/** Everything that is kept, at one quiet moment. The checks are pure functions of it. */
export type Dump = {
  now: string;
  bookings: Booking[];
  places: StoredPlace[];
  attempts: Attempt[];
  charges: Charge[];
  refunds: Refund[];
  clearances: Clearance[];
  /** Ids of the Stripe events that are stored. */
  stripeEvents: string[];
  /** Heads of the audit chains by subject, `type#id`. */
  heads: Record<string, string>;
  entries: (PostedEntry & { pk: string })[];
  audit: AuditRecord[];
  outbox: { pk: string }[];
  events: BusEvent[];
  stripe: StripeSide;
};

type Item = Record<string, unknown> & { pk: string; sk: string };

/** Reads all tables, the bus and the simulator's account. Ask for quiet first: the tables are not read at one instant. */
export async function dump(client: Client): Promise<Dump> {
  const [{ core, ledger, audit, outbox }, events, stripe, now] = await Promise.all([
    tables(client),
    carried(client),
    stripeSide(client),
    client.now(),
  ]);
  const under = <Kind>(prefix: string) => core.filter(({ sk }) => sk.startsWith(prefix)) as unknown as Kind[];
  return {
    now,
    bookings: under<Booking>("BOOKING"),
    places: under<StoredPlace>("PLC#"),
    attempts: under<Attempt>("ATT#"),
    charges: under<Charge>("CHG#"),
    refunds: under<Refund>("REF#"),
    clearances: under<Clearance>("CLEARANCE"),
    stripeEvents: core.filter(({ sk }) => sk === "EVENT").map(({ pk }) => pk.slice("EVT#".length)),
    heads: headsOf(core),
    entries: ledger as unknown as Dump["entries"],
    audit: audit.map(({ pk: _pk, sk: _sk, actorPk, actorSk, dayPk, daySk, ...record }) => record) as never,
    outbox,
    events,
    stripe,
  };
}

const subjects: Record<string, [type: string, prefix: string]> = {
  PROGRAM: ["program", "PROG#"],
  COHORT: ["cohort", "COH#"],
  BOOKING: ["booking", "BKG#"],
  CLEARANCE: ["clearance", "CLR#"],
};

function headsOf(core: Item[]): Record<string, string> {
  return Object.fromEntries(
    core.flatMap(({ pk, sk, auditHash }) => {
      const [type, prefix] = subjects[sk] ?? [];
      return type === undefined || prefix === undefined ? [] : [[`${type}#${pk.slice(prefix.length)}`, auditHash]];
    }),
  );
}

const opened = new Map<string, DynamoDBDocumentClient>();

function documents(endpoint: string): DynamoDBDocumentClient {
  const known = opened.get(endpoint);
  if (known !== undefined) return known;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "us-east-1", credentials }));
  opened.set(endpoint, client);
  return client;
}

async function tables({ dynamoDbUrl, tables: names }: Client): Promise<Record<string, Item[]>> {
  const client = documents(dynamoDbUrl);
  const scans = ["core", "ledger", "audit", "outbox"].map(async (part) => {
    const TableName = names.find((name) => name.endsWith(part));
    if (TableName === undefined) throw new Error(`there is no table ${part} among ${names.join(", ")}`);
    const items: Item[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await client.send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: from }));
      items.push(...((page.Items ?? []) as Item[]));
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
    return [part, items] as const;
  });
  return Object.fromEntries(await Promise.all(scans));
}

async function carried(client: Client): Promise<BusEvent[]> {
  const { items } = await client.expect("GET", "/_local/events");
  type Carried = { type: string; detail: Omit<BusEvent, "type"> };
  return (items as Carried[]).map(({ type, detail: { id, subject, data } }) => ({ id, type, subject, data }));
}

async function stripeSide({ simulatorUrl }: Client): Promise<StripeSide> {
  const { hostname: host, port } = new URL(simulatorUrl);
  const stripe = new Stripe("sk_test_clearing_local", { host, port, protocol: "http", telemetry: false });
  const all = { limit: 100_000 };
  const [{ available, pending }, transactions, charges, refunds] = await Promise.all([
    stripe.balance.retrieve(),
    stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray(all as { limit: 10_000 }),
    stripe.charges.list({ limit: 100 }).autoPagingToArray(all as { limit: 10_000 }),
    stripe.refunds.list({ limit: 100 }).autoPagingToArray(all as { limit: 10_000 }),
  ]);
  const balance = [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0);
  return { balance, transactions, charges, refunds };
}
