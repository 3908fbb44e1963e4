import { globSync, readFileSync } from "node:fs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Kept } from "@clearing/local";
import { formatMoney } from "../../packages/domain/src/money/index.ts";
import type { Happening } from "./happening.ts";
import { stripeObjectsOf } from "./stripe-objects.ts";

/** A booking from its hold on, in chronological order. */
export type Story = { bookingId: string; status: string; happenings: Happening[] };

type Item = Record<string, unknown> & { pk: string; sk: string };

/** Everything that the stack has stored about a booking; null if the booking does not exist. */
export async function storyOf(kept: Kept, bookingId: string): Promise<Story | null> {
  const [core, audit, ledger] = await Promise.all(
    ["CORE_TABLE", "AUDIT_TABLE", "LEDGER_TABLE"].map(async (variable) => {
      const name = kept.topology.functions.find(({ environment }) => variable in environment)?.environment[variable];
      if (name === undefined) throw new Error(`no function has the environment variable ${variable}`);
      return (await kept.itemsOf(name)).map((item) => unmarshall(item as never) as Item);
    }),
  );
  const own = (core ?? []).filter(({ pk }) => pk === `BKG#${bookingId}`);
  const booking = own.find(({ sk }) => sk === "BOOKING");
  if (booking === undefined) return null;
  const told = [
    ...decisionsOf(audit ?? [], bookingId),
    ...entriesOf(ledger ?? [], bookingId),
    ...eventsOf(kept, bookingId),
    ...mailsOf(kept, bookingId),
  ];
  const known = new Set(
    [...told, ...own].flatMap(({ correlationId }) => (typeof correlationId === "string" ? [correlationId] : [])),
  );
  const happenings = [...told, ...linesOf(kept, bookingId, known), ...(await stripeObjectsOf(kept, bookingId, own))];
  return { bookingId, status: String(booking.status), happenings: inOrder(happenings) };
}

const order: readonly Happening["kind"][] = ["request", "decision", "entry", "event", "stripe", "mail", "log"];

/**
 * Sorts by second, then by the start of the causing work, then by cause and effect. Most items are dated to the second,
 * so all are told to the second. Requests of the same second are told one after another.
 */
function inOrder(happenings: Happening[]): Happening[] {
  const began = new Map<string | null, number>();
  // Only log lines are dated to the millisecond.
  for (const { at, correlationId } of happenings.filter(({ kind }) => kind === "request" || kind === "log")) {
    began.set(correlationId, Math.min(Date.parse(at), began.get(correlationId) ?? Number.POSITIVE_INFINITY));
  }
  const places = happenings.map((happening) => {
    const { at, kind, correlationId } = happening;
    const start = began.get(correlationId) ?? 0;
    return { happening, place: [Math.floor(Date.parse(at) / 1_000), start, order.indexOf(kind), Date.parse(at)] };
  });
  return places
    .toSorted((one, other) => compared(one.place, other.place))
    .map(({ happening }) => ({ ...happening, at: `${happening.at.slice(0, 19)}Z` }));
}

const compared = (one: number[], other: number[]): number =>
  one.map((value, index) => value - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0;

type CarriedDetail = {
  correlationId?: string;
  subject: { id: string };
  data: Record<string, unknown> & { attempt?: { bookingId: string } };
};

const eventsOf = (kept: Kept, bookingId: string): Happening[] =>
  kept.events().flatMap(({ type, time, detail }) => {
    const { correlationId = null, subject, data } = detail as CarriedDetail;
    if (![subject.id, data.bookingId, data.attempt?.bookingId].includes(bookingId)) return [];
    return [{ at: time, kind: "event", correlationId, title: titleOf(type, data), detail }];
  });

const titleOf = (type: string, data: CarriedDetail["data"]): string =>
  type === "StripeEventReceived" ? `Stripe's ${data.type} of ${data.objectId}` : type;

type AuditItem = {
  action: string;
  actor: { role: string };
  before: { status: string } | null;
  after: { status: string };
  recordedAt: string;
  correlationId?: string;
};

const decisionsOf = (audit: Item[], bookingId: string): Happening[] =>
  audit
    .filter(({ pk }) => pk === `booking#${bookingId}`)
    .map((item) => {
      const { action, actor, before, after, recordedAt, correlationId = null } = item as unknown as AuditItem;
      const moved = before?.status === after.status ? "" : `: ${before?.status ?? "new"} to ${after.status}`;
      const title = `${action} by ${actor.role}${moved}`;
      return { at: recordedAt, kind: "decision", correlationId, title, detail: { before, after } };
    });

type LedgerItem = {
  reference: string;
  currency: string;
  postings: { account: string; debit: number; credit: number; bookingId?: string }[];
  postedAt: string;
  correlationId?: string;
};

const entriesOf = (ledger: Item[], bookingId: string): Happening[] =>
  (ledger as unknown as LedgerItem[])
    .filter(({ postings }) => postings?.some((posting) => posting.bookingId === bookingId))
    .map(({ reference, currency, postings, postedAt, correlationId = null }) => {
      const moved = postings.map(({ account, debit, credit }) => `${account} ${formatMoney(debit - credit, currency)}`);
      const title = `${reference}: ${moved.join(", ")}`;
      return { at: postedAt, kind: "entry", correlationId, title, detail: postings };
    });

const mailsOf = (kept: Kept, bookingId: string): Happening[] =>
  kept
    .mails()
    .filter(({ tags }) => tags.booking === bookingId)
    .map(({ sentAt, subject, to, text, tags: { recipient, correlation = null } }) => ({
      ...{ at: sentAt, kind: "mail" as const, correlationId: correlation },
      ...{ title: `${subject} (to the ${recipient}, ${to})`, detail: text },
    }));

type Line = {
  time: string;
  message: string;
  correlationId?: string;
  function?: string;
  route?: string;
  status?: number;
  took?: number;
  event?: string;
  decided?: string;
};

/** The log lines that name the booking or belong to work that affected it. */
function linesOf({ logsDir }: Kept, bookingId: string, known: ReadonlySet<string>): Happening[] {
  return globSync(`${logsDir}/*.log`)
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .flatMap((text): Happening[] => {
      const line = lineIn(text);
      if (line === null) return [];
      const { correlationId = null } = line;
      const isOurs = text.includes(bookingId) || (correlationId !== null && known.has(correlationId));
      if (!isOurs) return [];
      const isRequest = line.message === "request";
      if (!isRequest) return [{ at: line.time, kind: "log", correlationId, title: toldBy(line), detail: line }];
      const { route, status, took = 0 } = line;
      // A request's line is written at its end, but its effects must come after its beginning.
      const at = new Date(Date.parse(line.time) - took).toISOString();
      return [{ at, kind: "request", correlationId, title: `${route}: ${status} in ${took} ms`, detail: line }];
    });
}

function toldBy({ function: name = "", message, event, decided }: Line): string {
  const of = name.split("-").slice(2).join("-");
  return `${of}: ${message}${event === undefined ? "" : `, ${event}`}${decided === undefined ? "" : `: ${decided}`}`;
}

function lineIn(text: string): Line | null {
  if (!text.startsWith('{"level"')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
