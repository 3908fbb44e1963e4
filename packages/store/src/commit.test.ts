import {
  ThrottlingException,
  TransactionCanceledException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import type { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { journalEntry } from "@clearing/domain/ledger";
import { type Instant, plusSeconds } from "@clearing/domain/time";
import { describe, expect, test } from "vitest";
import { journalWrites } from "./append-only.ts";
import { commit, type Guarded, staleUnless } from "./commit.ts";
import type { Store } from "./store.ts";

const start: Instant = "2027-03-31T23:59:58Z";

/** A table that answers the nth call with the nth error, then accepts; each call takes two seconds. */
function storeThat(...answers: Error[]) {
  const requests: { token: string | undefined; item: Record<string, unknown> | undefined }[] = [];
  let now = start;
  let id = 0;
  const client = {
    async send({ input }: TransactWriteCommand) {
      requests.push({ token: input.ClientRequestToken, item: input.TransactItems?.[0]?.Put?.Item });
      now = plusSeconds(now, 2);
      const answer = answers[requests.length - 1];
      if (answer !== undefined) throw answer;
      return {};
    },
  };
  const store: Store = {
    client: client as unknown as Store["client"],
    tables: {
      core: "core",
      ledger: "ledger",
      audit: "audit",
      outbox: "outbox",
      clinical: "clinical",
      clearance: "clearance",
    },
    random: () => 0,
    sleep: async () => {},
    ids: { next: (prefix) => `${prefix}_${++id}` },
    clock: { now: () => now },
    correlationId: "test",
  };
  return { store, requests };
}

const $metadata = {};
const canceled = (metadata = {}) =>
  new TransactionCanceledException({
    message: "",
    $metadata: metadata,
    CancellationReasons: [{ Code: "TransactionConflict" }],
  });

const entry = (store: Store): Guarded<"stale">[] => {
  const at = { effectiveOn: "2027-03-31", currency: "usd", bookingId: "bkg_1" };
  return journalWrites(
    store,
    journalEntry("payment:ch_1", [{ debit: "stripe_balance", credit: "suspense", amount: 100 }], at),
  );
};

describe("a journal entry", () => {
  test("is posted at the instant of the request that commits it, in that month", async () => {
    const { store, requests } = storeThat(canceled({ attempts: 1 }));

    expect(await commit(store, entry(store))).toEqual({ ok: true });

    expect(requests.map(({ item }) => [item?.postedAt, item?.monthPk])).toEqual([
      ["2027-03-31T23:59:58Z", expect.stringMatching(/^MONTH#2027-03#\d$/)],
      ["2027-04-01T00:00:00Z", expect.stringMatching(/^MONTH#2027-04#\d$/)],
    ]);
    expect(requests[1]?.item?.monthSk).toBe(`2027-04-01T00:00:00Z#${requests[1]?.item?.id}`);
    expect(requests[1]?.item?.bookingSk).toBe(requests[1]?.item?.monthSk);
    expect(requests[0]?.token).not.toBe(requests[1]?.token);
  });

  test.each([
    ["is still in progress", new TransactionInProgressException({ message: "", $metadata })],
    ["was throttled", new ThrottlingException({ message: "", $metadata })],
    ["was cancelled after the client had retried", canceled({ attempts: 2 })],
    ["was cancelled, and the number of calls is unknown", canceled()],
  ])("is not stamped again while a try may have been applied: it %s", async (_what, answer) => {
    const { store, requests } = storeThat(answer);

    expect(await commit(store, entry(store))).toEqual({ ok: true });

    expect(requests).toHaveLength(2);
    expect(requests[1]).toEqual(requests[0]);
  });
});

test("a transaction without a stamp keeps its token on every retry", async () => {
  const { store, requests } = storeThat(canceled({ attempts: 1 }));
  const plain = { write: { Put: { TableName: "core", Item: { pk: "A", sk: "B" } } } };

  expect(await commit(store, [plain])).toEqual({ ok: true });

  expect(requests[1]).toEqual(requests[0]);
});

test("a refusal is returned after the first call", async () => {
  const failed = new TransactionCanceledException({
    message: "",
    $metadata,
    CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
  });
  const { store, requests } = storeThat(failed);

  expect(await commit(store, entry(store))).toEqual({ ok: false, reason: "stale" });
  expect(requests).toHaveLength(1);
});

test("a commit returns the caller's result, and a refusal does not", async () => {
  const { store } = storeThat();
  const plain = [{ write: { Put: { TableName: "core", Item: { pk: "A", sk: "B" } } } }];
  expect(await commit(store, plain, { ok: true, id: "A" })).toEqual({ ok: true, id: "A" });

  const conflicts = Array.from({ length: 7 }, () => canceled());
  expect(await commit(storeThat(...conflicts).store, plain, { ok: true, id: "A" })).toEqual({
    ok: false,
    reason: "conflict",
  });
});

test.each([
  ["already_booked", "already_booked"],
  ["conflict", "conflict"],
  ["stale", "stale"],
  ["place_gone", "stale"],
])("a caller that reports only already_booked gets %s as %s", (reason, answered) => {
  expect(staleUnless(reason, "already_booked")).toEqual({ ok: false, reason: answered });
});
