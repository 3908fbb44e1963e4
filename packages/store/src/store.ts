import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Instant } from "@clearing/domain/time";

export type Tables = {
  core: string;
  ledger: string;
  audit: string;
  outbox: string;
  clinical: string;
  clearance: string;
};

/** What every read and transaction is given: the client, the tables' names, and what must not come from nowhere. */
export type Store = {
  client: DynamoDBDocumentClient;
  tables: Tables;
  /** Uniform in [0, 1): spreads claims over places and retries over time. */
  random: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** The time at which a try to commit begins, and at which a page is read. */
  clock: { now(): Instant };
  /** The piece of work that this store is used for: a request's id, or what a message carries of the one that led to it. */
  correlationId: string;
  /** Fresh ids by prefix, sortable by time. */
  ids: { next(prefix: "je" | "evt" | "acc" | "per"): string };
};
