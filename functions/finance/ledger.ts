import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { getJournal, getTrialBalance } from "@clearing/contracts/routes/finance";
import { type PostedEntry, trialBalance } from "@clearing/domain/ledger";
import { dateIn, endOfDay, type Instant, later, plusSeconds, startOfDay } from "@clearing/domain/time";
import { type Answer, bind } from "@clearing/runtime/api";
import type { Config } from "@clearing/runtime/config";
import { bookingEntries, entriesBetween, ledgerBegins } from "@clearing/store/journal";
import type { Store } from "@clearing/store/store";
import { csvOf } from "./csv.ts";
import { hledgerOf } from "./hledger.ts";

type Range = { from?: string | undefined; to?: string | undefined };

type Span = { from: Instant; to: Instant };

/** Dates are over the instant of posting, in the reporting time zone, both inclusive; nothing is posted after now. */
function instants({ from, to }: Range, { reportingTimeZone: zone }: Config, now: Instant): Span {
  return {
    from: later(ledgerBegins, from === undefined ? "" : startOfDay(from, zone)),
    to: to === undefined || to >= dateIn(zone, now) ? now : plusSeconds(endOfDay(to, zone), -1),
  };
}

/** Entries in the order of their posting. */
const entries = (store: Store, bookingId: string | undefined, { from, to }: Span): AsyncIterable<PostedEntry> =>
  bookingId === undefined ? entriesBetween(store, from, to) : bookingEntries(store, bookingId, from, to);

export const ledgerBindings = [
  bind(getTrialBalance, async ({ query }, { deps, now }) => {
    const asOf = query.asOf ?? dateIn(deps.config.reportingTimeZone, now);
    const range = instants({ to: asOf }, deps.config, now);
    const found = await Array.fromAsync(entries(deps.store, undefined, range));
    return { status: 200, body: { asOf, ...trialBalance(found, query.currency) } };
  }),

  bind(getJournal, async ({ query, headers }, { deps, now }): Promise<Answer> => {
    const range = instants(query, deps.config, now);
    const format = wanted(headers.accept);
    if (format === "json") return { status: 200, body: await page(deps.store, query, range) };
    const all = entries(deps.store, query.bookingId, range);
    switch (format) {
      case "csv":
        return { status: 200, contentType: "text/csv; charset=utf-8", body: csvOf(await Array.fromAsync(all)) };
      case "hledger":
        return {
          status: 200,
          contentType: "text/x-hledger; charset=utf-8",
          body: hledgerOf(await Array.fromAsync(all), deps.config.reportingTimeZone),
        };
    }
  }),
];

function wanted(accept: string | undefined): "csv" | "hledger" | "json" {
  if (accept?.includes("text/csv")) return "csv";
  return accept?.includes("text/x-hledger") ? "hledger" : "json";
}

/** A cursor is the posting instant and id of the last entry that was given; the next page is read from that instant. */
async function page(
  store: Store,
  { bookingId, limit, cursor }: { bookingId?: string | undefined; limit: number; cursor?: string | undefined },
  { from, to }: Span,
) {
  const given = decodeCursor(cursor)?.[0] ?? "";
  const all = entries(store, bookingId, { from: later(from, given.slice(0, given.indexOf("#"))), to });
  const items: PostedEntry[] = [];
  for await (const entry of all) {
    if (placeOf(entry) <= given) continue;
    items.push(entry);
    if (items.length > limit) break;
  }
  if (items.length <= limit) return { items, nextCursor: null };
  items.pop();
  return { items, nextCursor: encodeCursor(placeOf(items.at(-1) as PostedEntry)) };
}

const placeOf = ({ postedAt, id }: PostedEntry): string => `${postedAt}#${id}`;
