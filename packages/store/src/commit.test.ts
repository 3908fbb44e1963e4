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

/** A table that answers the nth try with the nth error, then accepts; each try takes two seconds. */
function storeThat(...answers: Error[]) {
  const tries: { token: string | undefined; item: Record<string, unknown> | undefined }[] = [];
  let now = start;
  let id = 0;
  const client = {
    async send({ input }: TransactWriteCommand) {
      tries.push({ token: input.ClientRequestToken, item: input.TransactItems?.[0]?.Put?.Item });
      now = plusSeconds(now, 2);
      const answer = answers[tries.length - 1];
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
  return { store, tries };
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
  test("is posted at the instant of the try that commits it, in that month", async () => {
    const { store, tries } = storeThat(canceled({ attempts: 1 }));

    expect(await commit(store, entry(store))).toEqual({ ok: true });

    expect(tries.map(({ item }) => [item?.postedAt, item?.monthPk])).toEqual([
      ["2027-03-31T23:59:58Z", expect.stringMatching(/^MONTH#2027-03#\d$/)],
      ["2027-04-01T00:00:00Z", expect.stringMatching(/^MONTH#2027-04#\d$/)],
    ]);
    expect(tries[1]?.item?.monthSk).toBe(`2027-04-01T00:00:00Z#${tries[1]?.item?.id}`);
    expect(tries[1]?.item?.bookingSk).toBe(tries[1]?.item?.monthSk);
    expect(tries[0]?.token).not.toBe(tries[1]?.token);
  });

  test.each([
    ["is still in progress", new TransactionInProgressException({ message: "", $metadata })],
    ["was throttled", new ThrottlingException({ message: "", $metadata })],
    ["was cancelled when the client had asked before", canceled({ attempts: 2 })],
    ["was cancelled, and nobody knows how often the client had asked", canceled()],
  ])("is not stamped again while a try may have been applied: it %s", async (_what, answer) => {
    const { store, tries } = storeThat(answer);

    expect(await commit(store, entry(store))).toEqual({ ok: true });

    expect(tries).toHaveLength(2);
    expect(tries[1]).toEqual(tries[0]);
  });
});

test("a transaction without a stamp keeps its token on every retry", async () => {
  const { store, tries } = storeThat(canceled({ attempts: 1 }));
  const plain = { write: { Put: { TableName: "core", Item: { pk: "A", sk: "B" } } } };

  expect(await commit(store, [plain])).toEqual({ ok: true });

  expect(tries[1]).toEqual(tries[0]);
});

test("a refusal is returned after the first try", async () => {
  const failed = new TransactionCanceledException({
    message: "",
    $metadata,
    CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
  });
  const { store, tries } = storeThat(failed);

  expect(await commit(store, entry(store))).toEqual({ ok: false, reason: "stale" });
  expect(tries).toHaveLength(1);
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
