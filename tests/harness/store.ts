import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { newId } from "@clearing/domain/ids";
import { instantOf } from "@clearing/domain/time";
import { createTables, startDynamoDb } from "@clearing/local/dynamodb";
import { loadTemplate } from "@clearing/local/template";
import { readTopology } from "@clearing/local/topology";
import type { Store, Tables } from "@clearing/store/store";
import { awsClient } from "../../packages/runtime/src/aws.ts";
import { synthesize } from "../../scripts/synthesize.ts";
import { bundling } from "./bundling.ts";

/** Pseudo-random numbers, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const ids = { next: (prefix: string): string => newId(prefix, Date.now(), randomBytes(10)) };

export type TestStore = { store: Store; endpoint: string; stop(): Promise<void> };

/** A store on a separate DynamoDB, with the tables of the synthesized template. */
export async function startTestStore(seed = 1): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), "clearing-store-"));
  mkdirSync(join(folder, "logs"));
  const topology = readTopology(loadTemplate(await synthesize(() => {}, bundling), "http://127.0.0.1"));
  const dynamo = await startDynamoDb({ file: (name: string) => join(folder, name) }, undefined);
  await createTables(dynamo, topology.tables);
  const client = new DynamoDBClient({
    endpoint: dynamo.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    logger: awsClient.logger,
  });
  const named = (part: string) => {
    const table = topology.tables.find(({ name }) => name.includes(`-${part}`) || name.includes(part));
    if (table === undefined) throw new Error(`the template has no table ${part}`);
    return table.name;
  };
  const tables: Tables = {
    core: named("core"),
    ledger: named("ledger"),
    audit: named("audit"),
    outbox: named("outbox"),
    clinical: named("clinical"),
    clearance: named("clearance"),
  };
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    endpoint: dynamo.endpoint,
    store: {
      client: document,
      tables,
      random: seeded(seed),
      sleep: (ms) => sleep(ms),
      ids,
      clock: { now: () => instantOf(Date.now()) },
      correlationId: "test",
    },
    async stop() {
      client.destroy();
      await dynamo.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
