import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandOutput,
} from "@aws-sdk/lib-dynamodb";
import type { AuditRecord } from "@clearing/domain/audit";
import type { Attempt, Booking, Charge, Refund } from "@clearing/domain/booking";
import type { PostedEntry } from "@clearing/domain/ledger";
import type { Clearance } from "@clearing/domain/screening";
import type { Client } from "../harness/http.ts";

/** A place as stored, flat. */
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

/** Stripe's side of the account, as its own API shows it. Minor units. */
export type StripeSide = {
  balance: number;
  transactions: { id: string; type: string; amount: number; fee: number; source: string }[];
  charges: {
    id: string;
    amount_captured: number;
    status?: string;
    metadata?: { attemptId?: string; dueId?: string };
  }[];
  refunds: { id: string; amount: number; status: string; charge: string }[];
};

/** All stored data at one quiet moment. The checks are pure functions of it. */
export type Dump = {
  now: string;
  bookings: Booking[];
  places: StoredPlace[];
  attempts: Attempt[];
  charges: Charge[];
  refunds: Refund[];
  clearances: Clearance[];
  /** The ids of the stored Stripe events. */
  stripeEvents: string[];
  /** The heads of the audit chains by subject, `type#id`. */
  heads: Record<string, string>;
  entries: (PostedEntry & { pk: string })[];
  audit: AuditRecord[];
  outbox: { pk: string }[];
  events: BusEvent[];
  stripe: StripeSide;
};

type Item = Record<string, unknown> & { pk: string; sk: string };

/**
 * Reads all tables, the bus and the simulator's account. Wait for quiet first: the tables are not read at one instant.
 */
export async function dump(client: Client): Promise<Dump> {
  const [core, clearance, ledger, audit, outbox, events, stripe, now] = await Promise.all([
    read(client, "core"),
    read(client, "clearance"),
    read(client, "ledger"),
    read(client, "audit"),
    read(client, "outbox"),
    carried(client),
    stripeSide(client),
    client.now(),
  ]);
  return { ...stored({ core: [...core, ...clearance], ledger, audit }), now, outbox, events, stripe };
}

/** Like `dump`, but only money: no audit log, no outbox, and from the bus only the notices of dues. */
export async function dumpOfMoney(client: Client): Promise<Dump> {
  const [core, clearance, ledger, events, stripe, now] = await Promise.all([
    read(client, "core", { sks: ["BOOKING", "PLC#", "ATT#", "CHG#", "REF#"] }),
    read(client, "clearance"),
    read(client, "ledger"),
    carried(client, "DueNotice"),
    stripeSide(client),
    client.now(),
  ]);
  return { ...stored({ core: [...core, ...clearance], ledger, audit: [] }), now, outbox: [], events, stripe };
}

/** Like `dump`, but only one booking: its items, its place, its entries and its audit chains. */
export async function dumpOf(client: Client, bookingId: string): Promise<Dump> {
  const [own, clearance, entries, ofBooking, ofClearance] = await Promise.all([
    read(client, "core", { pk: `BKG#${bookingId}` }),
    read(client, "clearance", { pk: `CLR#${bookingId}` }),
    read(client, "ledger", { bookingPk: bookingId }),
    read(client, "audit", { pk: `booking#${bookingId}` }),
    read(client, "audit", { pk: `clearance#${bookingId}` }),
  ]);
  const booking = own.find(({ sk }) => sk === "BOOKING");
  const places = await read(client, "core", { pk: `COH#${booking?.cohortId}` });
  const place = places.filter(({ sk, id }) => sk.startsWith("PLC#") && id === booking?.placeId);
  const stripe = { balance: 0, transactions: [], charges: [], refunds: [] };
  const kept = stored({
    core: [...own, ...clearance, ...place],
    ledger: entries,
    audit: [...ofBooking, ...ofClearance],
  });
  return { ...kept, now: await client.now(), outbox: [], events: [], stripe };
}

function stored({ core, ledger, audit }: Record<"core" | "ledger" | "audit", Item[]>) {
  const under = <Kind>(prefix: string) => core.filter(({ sk }) => sk.startsWith(prefix)) as unknown as Kind[];
  return {
    bookings: under<Booking>("BOOKING"),
    places: under<StoredPlace>("PLC#"),
    attempts: under<Attempt>("ATT#"),
    charges: under<Charge>("CHG#"),
    refunds: under<Refund>("REF#"),
    clearances: under<Clearance>("CLEARANCE"),
    stripeEvents: core.filter(({ sk }) => sk === "EVENT").map(({ pk }) => pk.slice("EVT#".length)),
    heads: headsOf(core),
    entries: ledger as unknown as Dump["entries"],
    // Reads by staff are stored beside the chains.
    audit: audit
      .filter(({ pk }) => !pk.startsWith("access#"))
      .map(({ pk: _pk, sk: _sk, actorPk, actorSk, dayPk, daySk, ...record }) => record) as never,
  };
}

const subjects: Record<string, [type: string, prefix: string]> = {
  PROGRAM: ["program", "PROG#"],
  COHORT: ["cohort", "COH#"],
  BOOKING: ["booking", "BKG#"],
  REMOVED: ["booking", "BKG#"],
  CLEARANCE: ["clearance", "CLR#"],
};

function headsOf(core: Item[]): Record<string, string> {
  return Object.fromEntries(
    core.flatMap(({ pk, sk, auditHash }) => {
      const [type, prefix] = subjects[sk] ?? [];
      return type === undefined || prefix === undefined
        ? []
        : [[`${type}#${pk.slice(prefix.length)}`, String(auditHash)]];
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

/**
 * All items of a table, of one partition, or of a booking in the ledger's index; of a table also those alone whose sort
 * keys begin so. At 500 bookings most of a table is of kinds that no check of money looks at.
 */
async function read(
  { dynamoDbUrl, tables: names }: Client,
  part: "core" | "clearance" | "ledger" | "audit" | "outbox",
  only: { pk: string } | { bookingPk: string } | { sks: string[] } = { sks: [] },
): Promise<Item[]> {
  const client = documents(dynamoDbUrl);
  const TableName = names.find((name) => name.includes(`-${part}`));
  if (TableName === undefined) throw new Error(`there is no table ${part} among ${names.join(", ")}`);
  const ask = "sks" in only ? scanOf(only.sks) : queryOf(only);
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const input = { TableName, ...ask, ExclusiveStartKey: from };
    const page: ScanCommandOutput | QueryCommandOutput = await client.send(
      "KeyConditionExpression" in input ? new QueryCommand(input) : new ScanCommand(input),
    );
    items.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

const scanOf = (sks: string[]) => ({
  ConsistentRead: true,
  ...(sks.length > 0 && {
    FilterExpression: sks.map((_, index) => `begins_with(sk, :sk${index})`).join(" OR "),
    ExpressionAttributeValues: Object.fromEntries(sks.map((sk, index) => [`:sk${index}`, sk])),
  }),
});

function queryOf(partition: { pk: string } | { bookingPk: string }) {
  const [[key, value] = []] = Object.entries(partition);
  return {
    ...(key === "bookingPk" ? { IndexName: "byBooking" } : { ConsistentRead: true }),
    KeyConditionExpression: `${key} = :value`,
    ExpressionAttributeValues: { ":value": value },
  };
}

async function carried(client: Client, type?: string): Promise<BusEvent[]> {
  const { items } = await client.must("GET", `/_local/events${type === undefined ? "" : `?type=${type}`}`);
  type Carried = { type: string; detail: Omit<BusEvent, "type"> };
  return (items as Carried[]).map(({ type, detail: { id, subject, data } }) => ({ id, type, subject, data }));
}

async function stripeSide(client: Client): Promise<StripeSide> {
  const get = async (path: string) => {
    const { status, body } = await client.stripe("GET", path);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const list = async <Kind extends { id: string }>(path: string): Promise<Kind[]> => {
    const found: Kind[] = [];
    for (;;) {
      const after = found.at(-1)?.id;
      const query = `limit=100${after === undefined ? "" : `&starting_after=${after}`}`;
      const page = (await get(`${path}?${query}`)) as { data: Kind[]; has_more: boolean };
      found.push(...page.data);
      if (!page.has_more) return found;
    }
  };
  const [{ available, pending }, transactions, charges, refunds] = await Promise.all([
    get("balance") as Promise<{ available: { amount: number }[]; pending: { amount: number }[] }>,
    list<StripeSide["transactions"][number]>("balance_transactions"),
    list<StripeSide["charges"][number]>("charges"),
    list<StripeSide["refunds"][number]>("refunds"),
  ]);
  const balance = [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0);
  return { balance, transactions, charges, refunds };
}
