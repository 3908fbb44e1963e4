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

/**
 * What every read and transaction uses: the client, the table names, and the injected sources of time, ids and
 * randomness.
 */
export type Store = {
  client: DynamoDBDocumentClient;
  tables: Tables;
  /** Uniform in [0, 1): spreads claims over places and retries over time. */
  random: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** The time at which a try to commit begins, and at which a page is read. */
  clock: { now(): Instant };
  /**
   * The correlation id of the current work: a request's id, or the id that a message carries from the request that
   * caused it.
   */
  correlationId: string;
  /** New ids by prefix, sortable by time. */
  ids: { next(prefix: "je" | "evt" | "acc" | "per"): string };
};
