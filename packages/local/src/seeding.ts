import type { DatabaseSync } from "node:sqlite";
import { setting } from "./data-folder.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { Topology } from "./topology.ts";

/** Fills an empty stack over HTTP. */
export type Seed = (stack: { apiUrl: string; token: string }) => Promise<void>;

type Options = { db: DatabaseSync; dynamo: DynamoDb; topology: Topology; log: (line: string) => void };

/** Seeds an empty store once, with what `connect` returns. An interrupted seeding is started again. */
export async function seedOnce(
  { db, dynamo, topology, log }: Options,
  seed: Seed,
  connect: () => Promise<Parameters<Seed>[0]>,
): Promise<void> {
  const seeded = setting(db, "seeded");
  if (seeded.get() === "done" || (seeded.get() === undefined && !(await isEmpty(dynamo, topology)))) return;
  seeded.set("started");
  log("seeding the sample data");
  await seed(await connect());
  seeded.set("done");
}

async function isEmpty(dynamo: DynamoDb, { tables }: Topology): Promise<boolean> {
  const count = ({ name }: { name: string }) =>
    dynamo.call<{ Count: number }>("DynamoDB_20120810.Scan", { TableName: name, Limit: 1, Select: "COUNT" });
  return (await Promise.all(tables.map(count))).every(({ Count }) => Count === 0);
}
