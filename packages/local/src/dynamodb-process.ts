import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";
import { type DataFolder, databaseFile, removeDatabase, StartRefused } from "./data-folder.ts";
import type { DirectDynamoDb } from "./direct-dynamodb.ts";
import type { FunctionSpec, TableSpec } from "./topology.ts";

type Asked = Pick<DirectDynamoDb, "tables" | "faults"> & { fn: FunctionSpec; awsUrl: string };

/**
 * A DynamoDB implementation behind one connection pool. `call` is for the stack's own requests and throws on errors.
 */
export type DynamoDb = {
  endpoint: string;
  /** `caller`, the calling function, is sent as the user agent. */
  send(target: string, body: Buffer | string, caller?: string): Promise<Dispatcher.ResponseData>;
  call<T>(operation: string, input: unknown): Promise<T>;
  /** How worker threads bypass this process; undefined for a database that is not reached by plain HTTP. */
  direct(asked: Asked): DirectDynamoDb | undefined;
  /** Deletes every table with its items and streams; undefined for a database that is not the embedded one. */
  empty: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
};

/** Connects to the DynamoDB at `endpoint`, or starts the embedded one on the folder's file. */
export async function startDynamoDb(folder: Pick<DataFolder, "file">, endpoint: string | undefined): Promise<DynamoDb> {
  if (endpoint) return connectTo(endpoint);
  endLeftover(folder);
  const port = await freePort();
  let child = spawnDatabase(folder, port);
  const end = () => endDatabase(child);
  const db = connect(`http://127.0.0.1:${port}`, end, async () => {
    await end();
    removeDatabase(folder.file(databaseFile));
    child = spawnDatabase(folder, port);
    await untilReady(db, () => child.exitCode !== null);
  });
  await untilReady(db, () => child.exitCode !== null);
  return db;
}

function spawnDatabase(folder: Pick<DataFolder, "file">, port: number): ChildProcess {
  const log = openSync(folder.file("logs/dynoxide.log"), "a");
  // The shell's watcher reads a pipe from this process and kills the database when the pipe closes, so the database
  // cannot outlive a killed parent. `exec` keeps the process id, so that this process sees the exit.
  const script = 'exec 3<&0; (cat <&3 >/dev/null; kill -9 $$ 2>/dev/null) & exec "$0" "$@" 3<&- </dev/null';
  const serve = ["serve", "--port", String(port), "--db-path", folder.file(databaseFile)];
  const child = spawn("sh", ["-c", script, dynoxideBinary(), ...serve], {
    stdio: ["pipe", log, log],
    detached: true,
  });
  closeSync(log);
  writeFileSync(folder.file("dynoxide.pid"), String(child.pid));
  return child;
}

async function endDatabase(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
  if (child.exitCode === null && child.signalCode === null) await ended;
  clearTimeout(timer);
  child.stdin?.end();
}

async function connectTo(endpoint: string): Promise<DynamoDb> {
  const db = connect(endpoint, async () => {});
  try {
    await db.call("DynamoDB_20120810.ListTables", {});
    return db;
  } catch (cause) {
    await db.stop();
    throw new StartRefused(`no DynamoDB answers at ${endpoint}`, { cause });
  }
}

function dynoxideBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/dynoxide`);
  } catch {
    throw new StartRefused(
      `${name} is not installed: set DYNAMODB_ENDPOINT to a DynamoDB, such as AWS's DynamoDB Local`,
    );
  }
}

/** Kills the database of a stack that was killed together with its watcher. */
function endLeftover(folder: Pick<DataFolder, "file">): void {
  if (!existsSync(folder.file("dynoxide.pid"))) return;
  const pid = Number(readFileSync(folder.file("dynoxide.pid"), "utf8"));
  try {
    const command = existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
    if (command.includes(folder.file(databaseFile))) process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function untilReady(db: DynamoDb, ended: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500 && !ended(); attempt++) {
    try {
      await db.call("DynamoDB_20120810.ListTables", {});
      return;
    } catch {
      await sleep(20);
    }
  }
  throw new StartRefused("the embedded DynamoDB did not start: see logs/dynoxide.log in the data folder");
}

function connect(endpoint: string, stop: () => Promise<void>, empty?: () => Promise<void>): DynamoDb {
  const { origin, protocol, hostname, port } = new URL(endpoint);
  const pool = new Pool(origin, { connections: 64, pipelining: 1, keepAliveTimeout: 60_000 });
  // A fixed identity, because some DynamoDB implementations separate the tables of each access key.
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-date": "20260101T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local",
  };
  const send = (target: string, body: Buffer | string, caller = "stack") =>
    pool.request({
      method: "POST",
      path: "/",
      headers: { ...headers, "x-amz-target": target, "user-agent": caller },
      body,
    });
  return {
    endpoint: origin,
    send,
    async call<T>(target: string, input: unknown): Promise<T> {
      const response = await send(target, JSON.stringify(input));
      const answer = (await response.body.json()) as { __type?: string; message?: string };
      if (response.statusCode !== 200)
        throw new Error(`${target}: ${answer.__type ?? response.statusCode} ${answer.message ?? ""}`);
      return answer as T;
    },
    direct({ fn, awsUrl, tables, faults }) {
      if (protocol !== "http:") return undefined;
      const { label, name, roleArn, statements } = fn;
      return {
        awsPort: Number(new URL(awsUrl).port),
        database: { host: hostname, port: Number(port || 80) },
        headers,
        caller: { label, name, roleArn, statements },
        tables,
        faults,
      };
    },
    empty,
    async stop() {
      await pool.destroy();
      await stop();
    },
  };
}

/** Creates missing tables with indexes, streams and TTL. An existing table must still match. */
export async function createTables(db: DynamoDb, tables: readonly TableSpec[]): Promise<void> {
  const found = await db.call<{ TableNames: string[] }>("DynamoDB_20120810.ListTables", {});
  for (const table of tables) {
    if (found.TableNames.includes(table.name)) {
      await refuseChanged(db, table);
      continue;
    }
    await db.call("DynamoDB_20120810.CreateTable", table.create);
    if (!table.timeToLive) continue;
    const TimeToLiveSpecification = { Enabled: true, AttributeName: table.timeToLive };
    await db.call("DynamoDB_20120810.UpdateTimeToLive", { TableName: table.name, TimeToLiveSpecification });
  }
}

async function refuseChanged(db: DynamoDb, table: TableSpec): Promise<void> {
  type Shape = {
    KeySchema: unknown;
    GlobalSecondaryIndexes?: { IndexName: string; KeySchema: unknown; Projection: unknown }[];
  };
  const shape = ({ KeySchema, GlobalSecondaryIndexes = [] }: Shape) =>
    JSON.stringify([
      KeySchema,
      GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) =>
        JSON.stringify([IndexName, KeySchema, sorted(Projection)]),
      ).sort(),
    ]);
  const { Table } = await db.call<{ Table: Shape }>("DynamoDB_20120810.DescribeTable", { TableName: table.name });
  if (shape(Table) !== shape(table.create as Shape)) {
    throw new StartRefused(`the keys or indexes of the table ${table.name} have changed: start with --fresh`);
  }
}

const sorted = (value: unknown) => (value && typeof value === "object" ? Object.entries(value).sort() : value);
