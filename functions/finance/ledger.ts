import { getJournal, getTrialBalance } from "@clearing/contracts/routes/finance";
import { type PostedEntry, trialBalance } from "@clearing/domain/ledger";
import { dateIn, endOfDay, type Instant, plusSeconds, startOfDay } from "@clearing/domain/time";
import { type Answer, bind } from "@clearing/runtime/api";
import type { Config } from "@clearing/runtime/config";
import { bookingEntries, entriesBetween, ledgerBegins } from "@clearing/store/journal";
import type { Store } from "@clearing/store/store";
import { csvOf } from "./csv.ts";
import { hledgerOf } from "./hledger.ts";

type Range = { from?: string | undefined; to?: string | undefined };

/** Dates are over the instant of posting, in the reporting time zone, both inclusive. */
function instants({ from, to }: Range, { reportingTimeZone }: Config): { from: Instant; to: Instant } {
  return {
    from: from === undefined ? ledgerBegins : startOfDay(from, reportingTimeZone),
    to: to === undefined ? "9999-12-31T23:59:59Z" : plusSeconds(endOfDay(to, reportingTimeZone), -1),
  };
}

/** Entries in the order of their posting. */
const entries = (
  store: Store,
  bookingId: string | undefined,
  { from, to }: ReturnType<typeof instants>,
  now: Instant,
): AsyncIterable<PostedEntry> =>
  bookingId === undefined
    ? entriesBetween(store, from, to < now ? to : now)
    : bookingEntries(store, bookingId, from, to);

export const ledgerBindings = [
  bind(getTrialBalance, async ({ query }, { deps, now }) => {
    const asOf = query.asOf ?? dateIn(deps.config.reportingTimeZone, now);
    const range = instants({ to: asOf }, deps.config);
    const found = await Array.fromAsync(entries(deps.store, undefined, range, now));
    return { status: 200, body: { asOf, ...trialBalance(found, query.currency) } };
  }),

  bind(getJournal, async ({ query, headers }, { deps, now }): Promise<Answer> => {
    const range = instants(query, deps.config);
    const all = entries(deps.store, query.bookingId, range, now);
    switch (wanted(headers.accept)) {
      case "csv":
        return { status: 200, contentType: "text/csv; charset=utf-8", body: csvOf(await Array.fromAsync(all)) };
      case "hledger":
        return {
          status: 200,
          contentType: "text/x-hledger; charset=utf-8",
          body: hledgerOf(await Array.fromAsync(all)),
        };
      case "json":
        return { status: 200, body: await page(all, query) };
    }
  }),
];

function wanted(accept: string | undefined): "csv" | "hledger" | "json" {
  if (accept?.includes("text/csv")) return "csv";
  return accept?.includes("text/x-hledger") ? "hledger" : "json";
}

/** A cursor is the posting instant and id of the last entry that was given. */
async function page(
  all: AsyncIterable<PostedEntry>,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const after = cursor === undefined ? "" : Buffer.from(cursor, "base64url").toString();
  const items: PostedEntry[] = [];
  for await (const entry of all) {
    if (`${entry.postedAt}#${entry.id}` <= after) continue;
    if (items.length === limit) {
      const last = items.at(-1) as PostedEntry;
      return { items, nextCursor: Buffer.from(`${last.postedAt}#${last.id}`).toString("base64url") };
    }
    items.push(entry);
  }
  return { items, nextCursor: null };
}
