import { type Account, journalEntry } from "@clearing/domain/ledger";
import { plusSeconds } from "@clearing/domain/time";
import { handler } from "@clearing/functions/finance";
import { settledAfterSeconds } from "@clearing/store/commit";
import { journalPage, postOnce } from "@clearing/store/journal";
import { whenSettled } from "@clearing/store/stamped";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller } from "../harness/function.ts";
import { slowly, storeAt } from "../harness/slow-commit.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

/** The reporting zone is New York: 23:59:59 there on 1 March is 04:59:59 UTC on the 2nd. */
const lastSecondOfMarchFirst = "2027-03-02T04:59:59Z";
const firstSecondOfMarchSecond = "2027-03-02T05:00:00Z";
const now = "2027-03-10T17:00:00Z";
/** So long ago that no earlier entry can appear any more. */
const recently = plusSeconds(now, -settledAfterSeconds);
let running: TestStore;
let call: ReturnType<typeof caller>;

let posted = 0;

async function post(at: string, reference: string, amount: number, [debit, credit]: [Account, Account], of = {}) {
  const entries = journalEntry(reference, [{ debit, credit, amount }], {
    effectiveOn: at.slice(0, 10),
    currency: "usd",
    ...of,
  });
  // Ids sort by millisecond: two entries of one second keep the order of posting.
  vi.setSystemTime(Date.parse(at) + ++posted);
  expect(await postOnce(running.store, entries)).toEqual({ ok: true });
}

beforeAll(async () => {
  running = await startTestStore();
  call = caller(handler, running);
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const booking = { bookingId: "bkg_one" };
  await post("2026-01-01T05:00:00Z", "payment:first", 100, ["stripe_balance", "suspense"]);
  await post("2026-12-15T12:00:00Z", "billed:a", 250_000, ["receivable", "deferred_revenue"], booking);
  await post(lastSecondOfMarchFirst, "payment:a", 250_000, ["stripe_balance", "receivable"], booking);
  await post(firstSecondOfMarchSecond, "fee:a", 7_280, ["processing_fees", "stripe_balance"], booking);
  await post(recently, "payment:b", 500, ["stripe_balance", "suspense"], { bookingId: "bkg_two" });
  await post(recently, "payment:yen", 1_234, ["stripe_balance", "suspense"], { currency: "jpy" });
  vi.setSystemTime(new Date(now));
});
afterAll(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await running.stop();
});

type Entry = { id: string; reference: string; currency: string };
type Page = { items: Entry[]; nextCursor: string | null };

const get = (path: string, headers: Record<string, string> = {}) => call("GET", path, { role: "finance", headers });
const page = async (query: string) => (await get(`/v1/finance/journal?${query}`)).body as unknown as Page;
const references = async (query: string) => (await page(query)).items.map(({ reference }) => reference);

async function balance(query: string): Promise<Record<string, number>> {
  const { body } = await get(`/v1/finance/trial-balance?${query}`);
  const accounts = body.accounts as { account: string; balance: number }[];
  return Object.fromEntries(accounts.map(({ account, balance }) => [account, balance]));
}

describe("the trial balance", () => {
  test("adds up everything to today, with accounts and totals that agree", async () => {
    const { body } = await get("/v1/finance/trial-balance");

    expect(body).toEqual({
      asOf: "2027-03-10",
      currency: "usd",
      accounts: [
        { account: "receivable", debit: 250_000, credit: 250_000, balance: 0 },
        { account: "stripe_balance", debit: 250_600, credit: 7_280, balance: 243_320 },
        { account: "deferred_revenue", debit: 0, credit: 250_000, balance: -250_000 },
        { account: "suspense", debit: 0, credit: 600, balance: -600 },
        { account: "processing_fees", debit: 7_280, credit: 0, balance: 7_280 },
      ],
      totalDebit: 507_880,
      totalCredit: 507_880,
    });
  });

  test("ends with the last second of its date in the reporting zone", async () => {
    expect(await balance("asOf=2027-02-28")).toMatchObject({ stripe_balance: 100, receivable: 250_000 });
    expect(await balance("asOf=2027-03-01")).toMatchObject({ stripe_balance: 250_100, receivable: 0 });
    expect(await balance("asOf=2027-03-02")).toMatchObject({ stripe_balance: 242_820 });
  });

  test("keeps currencies apart", async () => {
    expect(await balance("currency=jpy")).toEqual({ stripe_balance: 1_234, suspense: -1_234 });
  });

  test.each([
    ["0000-01-01", {}],
    ["2025-12-31", {}],
    ["2026-01-01", { stripe_balance: 100, suspense: -100 }],
    ["9999-12-31", { stripe_balance: 243_320 }],
  ])("of %s is also answered", async (asOf, expected) => {
    const found = await balance(`asOf=${asOf}`);
    if (Object.keys(expected).length === 0) expect(found).toEqual({});
    else expect(found).toMatchObject(expected);
  });
});

describe("the journal", () => {
  const all = ["payment:first", "billed:a", "payment:a", "fee:a", "payment:b", "payment:yen"];

  test("is in the order of posting, over all months", async () => {
    const { items, nextCursor } = await page("");
    expect(items.map(({ reference }) => reference)).toEqual(all);
    expect(nextCursor).toBeNull();
    expect(items[1]).toMatchObject({
      postedAt: "2026-12-15T12:00:00Z",
      effectiveOn: "2026-12-15",
      postings: [
        { account: "receivable", debit: 250_000, credit: 0, bookingId: "bkg_one" },
        { account: "deferred_revenue", debit: 0, credit: 250_000, bookingId: "bkg_one" },
      ],
    });
  });

  test.each([1, 2, 5, 6])("comes in pages of %i, each entry once, even several of one instant", async (limit) => {
    const found: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const next = await page(`limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`);
      expect(next.items.length).toBeLessThanOrEqual(limit);
      found.push(...next.items.map(({ reference }) => reference));
      cursor = next.nextCursor;
    }
    expect(found).toEqual(all);
  });

  test("of one booking contains only its entries, page by page", async () => {
    expect(await references("bookingId=bkg_one")).toEqual(["billed:a", "payment:a", "fee:a"]);
    const first = await page("bookingId=bkg_one&limit=2");
    expect(await references(`bookingId=bkg_one&limit=2&cursor=${first.nextCursor}`)).toEqual(["fee:a"]);
  });

  test("from and to are dates of posting in the reporting zone, both inclusive", async () => {
    expect(await references("from=2027-03-01&to=2027-03-01")).toEqual(["payment:a"]);
    expect(await references("from=2027-03-02&to=2027-03-02")).toEqual(["fee:a"]);
    expect(await references("bookingId=bkg_one&from=2027-03-01&to=2027-03-01")).toEqual(["payment:a"]);
  });

  test.each([
    ["from=2027-03-11", 0],
    ["from=2027-03-05&to=2027-03-01", 0],
    ["bookingId=bkg_one&from=2027-03-05&to=2027-03-01", 0],
    ["bookingId=bkg_one&from=2027-03-11", 0],
    ["to=2020-01-01", 0],
    ["from=0000-01-01&to=9999-12-31", 6],
  ])("answers %s with %i entries", async (query, count) => {
    const told = await get(`/v1/finance/journal?${query}`);
    expect(told.status).toBe(200);
    expect((told.body.items as unknown[]).length).toBe(count);
  });

  test("as CSV is the whole range at once", async () => {
    const told = await get("/v1/finance/journal?limit=1", { accept: "text/csv" });
    expect(told.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(told.text.trim().split("\r\n")).toHaveLength(1 + 2 * all.length);
  });

  test("comes in the format that the client prefers, and never in one that it refuses", async () => {
    const typeOf = async (accept: string) => {
      const { status, headers } = await get("/v1/finance/journal?limit=1", { accept });
      return [status, String(headers["content-type"]).split(";")[0], headers.vary];
    };

    expect(await typeOf("text/csv;q=0.1, application/json")).toEqual([200, "application/json", "accept"]);
    expect(await typeOf("*/*")).toEqual([200, "application/json", "accept"]);
    expect(await typeOf("text/*")).toEqual([200, "text/csv", "accept"]);
    expect(await typeOf("text/csv;q=0, text/*")).toEqual([200, "text/x-hledger", "accept"]);
    expect(await typeOf("application/pdf, text/csv;q=0")).toEqual([406, "application/problem+json", undefined]);
  });

  test("as an hledger file has the trial balance's balances", async () => {
    const told = await get("/v1/finance/journal", { accept: "text/x-hledger" });
    expect(told.headers["content-type"]).toBe("text/x-hledger; charset=utf-8");
    const sums: Record<string, number> = {};
    for (const [, account = "", amount = ""] of told.text.matchAll(/^ {4}\w+:(\w+) {2}(-?[\d.]+) USD/gm)) {
      sums[account] = (sums[account] ?? 0) + Math.round(Number.parseFloat(amount) * 100);
    }
    expect(sums).toEqual(await balance(""));
  });

  test.each(["client", "clinician", "admin"])("is not for a %s", async (role) => {
    expect((await call("GET", "/v1/finance/journal", { role })).status).toBe(403);
    expect((await call("GET", "/v1/finance/trial-balance", { role })).status).toBe(403);
  });
});

describe("paging while others post", () => {
  const after = "2027-04-01T12:00:00Z";

  const entryOf = (bookingId: string, reference: string) =>
    journalEntry(reference, [{ debit: "stripe_balance", credit: "receivable", amount: 100 }], {
      effectiveOn: "2027-04-01",
      currency: "usd",
      bookingId,
    });

  /** Four entries, and a fifth that is stamped between them and lands after the first page was read. */
  async function paged(bookingId: string, settledAfter?: number) {
    const at = (seconds: number) => plusSeconds(after, seconds);
    const { store, time } = storeAt(running.store, at(0));
    const posted = async (reference: string, seconds: number) => {
      time.now = at(seconds);
      expect(await postOnce(store, entryOf(bookingId, `${bookingId}:${reference}`))).toEqual({ ok: true });
    };
    const span = { bookingId, from: at(0), to: at(60) };
    await posted("a", 0);
    const slow = slowly(running.store, at(30), (store) => postOnce(store, entryOf(bookingId, `${bookingId}:slow`)));
    await posted("b", 31);
    await posted("c", 32);
    await posted("d", 33);
    const pages: string[][] = [];
    let place: string | null = "";
    while (place !== null) {
      const page: Awaited<ReturnType<typeof journalPage>> = await journalPage(
        store,
        span,
        { limit: 2, after: place },
        settledAfter,
      );
      if (pages.length === 0) expect(await slow.land()).toEqual({ ok: true });
      pages.push(page.items.map(({ reference }) => reference.slice(bookingId.length + 1)));
      place = page.next;
    }
    return { pages, waited: time.waited };
  }

  test("misses no entry that was stamped earlier and became visible later: a page ends before unsettled entries", async () => {
    const { pages, waited } = await paged("bkg_settled");

    expect(pages).toEqual([["a"], ["slow", "b"], ["c", "d"]]);
    expect(waited).toBe(settledAfterSeconds - 2);
  });

  test("control: misses it if a page can end anywhere", async () => {
    const { pages } = await paged("bkg_unsettled", 0);

    expect(pages.flat()).toEqual(["a", "b", "c", "d"]);
  });

  test("waits for the last entries of a day that has just ended, so that its books are complete", async () => {
    const { store, time } = storeAt(running.store, "2027-05-02T04:00:03Z");

    await whenSettled(store, "2027-05-02T03:59:59Z");

    expect(time.waited).toBe(settledAfterSeconds - 4);
  });

  test("returns everything at once on a page that reaches the end", async () => {
    const { store, time } = storeAt(running.store, "2027-05-01T12:00:00Z");
    await postOnce(store, entryOf("bkg_end", "end:a"));
    await postOnce(store, entryOf("bkg_end", "end:b"));
    const span = { bookingId: "bkg_end", from: time.now, to: time.now };

    const page = await journalPage(store, span, { limit: 2, after: "" });

    expect(page.items.map(({ reference }) => reference).sort()).toEqual(["end:a", "end:b"]);
    expect({ next: page.next, waited: time.waited }).toEqual({ next: null, waited: 0 });
  });
});
