import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import { getJournal, getTrialBalance } from "@clearing/contracts/routes/finance";
import { type PostedEntry, type PostingSpan, postingSpan, trialBalance } from "@clearing/domain/ledger";
import { dateIn, type Instant } from "@clearing/domain/time";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import type { Deps } from "@clearing/runtime/deps";
import { preferredType } from "@clearing/runtime/negotiation";
import { bookingEntries, entriesBetween, journalPage, ledgerBegins } from "@clearing/store/journal";
import { whenSettled } from "@clearing/store/stamped";
import type { Store } from "@clearing/store/store";
import { csvOf } from "./csv.ts";
import { hledgerOf } from "./hledger.ts";

type Range = { from?: string | undefined; to?: string | undefined };

type Query = { bookingId?: string | undefined; limit: number; cursor?: string | undefined };

/**
 * Dates refer to the instant of posting in the reporting time zone, both inclusive. A span that has ended contains
 * everything posted in it, even if it ended a moment ago.
 */
async function instants(days: Range, { config, store }: Deps, now: Instant): Promise<PostingSpan> {
  const { ended, ...span } = postingSpan(days, config.reportingTimeZone, ledgerBegins, now);
  if (ended) await whenSettled(store, span.to);
  return span;
}

/** Entries in the order of posting. */
const entries = (store: Store, bookingId: string | undefined, { from, to }: PostingSpan): AsyncIterable<PostedEntry> =>
  bookingId === undefined ? entriesBetween(store, from, to) : bookingEntries(store, bookingId, from, to);

/** The journal's formats; the first one is the default. */
const jsonType = "application/json; charset=utf-8";
const csv = "text/csv; charset=utf-8";
const hledger = "text/x-hledger; charset=utf-8";
const varies = { vary: "accept" };

export const ledgerBindings = [
  bind(getTrialBalance, async ({ query }, { deps, now }) => {
    const asOf = query.asOf ?? dateIn(deps.config.reportingTimeZone, now);
    const range = await instants({ to: asOf }, deps, now);
    const found = await Array.fromAsync(entries(deps.store, undefined, range));
    return { status: 200, body: { asOf, ...trialBalance(found, query.currency) } };
  }),

  bind(getJournal, async ({ query, headers }, { deps, now }): Promise<Answer> => {
    const range = await instants(query, deps, now);
    const contentType = preferredType(headers.accept, [jsonType, csv, hledger]);
    const all = () => Array.fromAsync(entries(deps.store, query.bookingId, range));
    switch (contentType) {
      case jsonType:
        return { status: 200, headers: varies, body: await page(deps.store, query, range) };
      case csv:
        return { status: 200, contentType, headers: varies, body: csvOf(await all()) };
      case hledger: {
        const body = hledgerOf(await all(), deps.config.reportingTimeZone);
        return { status: 200, contentType, headers: varies, body };
      }
      case undefined:
        // No fallback to JSON: it would return the first page if a client asked for a file of the whole range.
        return {
          refused: "not_acceptable",
          detail: "The journal is available as application/json, text/csv and text/x-hledger.",
        };
    }
  }),
];

/** A cursor is the posting instant and id of the last entry returned. */
async function page(store: Store, { bookingId, limit, cursor }: Query, span: PostingSpan) {
  const after = decodeCursor(cursor)?.[0] ?? "";
  const { items, next } = await journalPage(store, { bookingId, ...span }, { limit, after });
  return { items, nextCursor: next === null ? null : encodeCursor(next) };
}
