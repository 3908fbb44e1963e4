import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { getJournal, getTrialBalance } from "@clearing/contracts/routes/finance";
import { type PostedEntry, trialBalance } from "@clearing/domain/ledger";
import { dateIn, endOfDay, type Instant, later, plusSeconds, startOfDay } from "@clearing/domain/time";
import { type Answer, bind } from "@clearing/runtime/api";
import type { Config } from "@clearing/runtime/config";
import { preferredType } from "@clearing/runtime/negotiation";
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

/** The journal's forms; of those that a client likes equally, the first. */
const JSON_TYPE = "application/json; charset=utf-8";
const CSV = "text/csv; charset=utf-8";
const HLEDGER = "text/x-hledger; charset=utf-8";
const VARIES = { vary: "accept" };

export const ledgerBindings = [
  bind(getTrialBalance, async ({ query }, { deps, now }) => {
    const asOf = query.asOf ?? dateIn(deps.config.reportingTimeZone, now);
    const range = instants({ to: asOf }, deps.config, now);
    const found = await Array.fromAsync(entries(deps.store, undefined, range));
    return { status: 200, body: { asOf, ...trialBalance(found, query.currency) } };
  }),

  bind(getJournal, async ({ query, headers }, { deps, now }): Promise<Answer> => {
    const range = instants(query, deps.config, now);
    const contentType = preferredType(headers.accept, [JSON_TYPE, CSV, HLEDGER]);
    const all = () => Array.fromAsync(entries(deps.store, query.bookingId, range));
    switch (contentType) {
      case JSON_TYPE:
        return {
          status: 200,
          contentType,
          headers: VARIES,
          body: JSON.stringify(await page(deps.store, query, range)),
        };
      case CSV:
        return { status: 200, contentType, headers: VARIES, body: csvOf(await all()) };
      case HLEDGER: {
        const body = hledgerOf(await all(), deps.config.reportingTimeZone);
        return { status: 200, contentType, headers: VARIES, body };
      }
      case undefined:
        // Not JSON all the same: that is the first page, where a file of the whole range was asked for.
        return {
          refused: "not_acceptable",
          detail: "The journal comes as application/json, text/csv or text/x-hledger.",
        };
    }
  }),
];

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
