import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One request that DynamoDB answered. `items`: the items that it names, by table and kind, such as `core BOOKING`. */
export type Metered = {
  operation: string;
  /** The function that sent it, by its short name. */
  caller: string;
  items: string[];
  /** Puts of a charge: a settlement has one. */
  charges: string[];
  ok: boolean;
  /** Capacity units, by table and, after a slash, by index. */
  units: Record<string, number>;
  /** When it arrived and when it was answered, in milliseconds of this process's clock. */
  began: number;
  ended: number;
};

type Item = Record<string, Record<string, string> | undefined>;
type Part = { TableName?: string; Key?: Item; Item?: Item };
type Input = Part & {
  TransactItems?: Record<string, Part>[];
  RequestItems?: Record<string, { Keys?: Item[] }>;
  IndexName?: string;
};
type Capacity = {
  TableName: string;
  CapacityUnits: number;
  Table?: { CapacityUnits: number };
  GlobalSecondaryIndexes?: Record<string, { CapacityUnits: number }>;
};

const isWrite = ({ operation }: Metered): boolean => /Put|Update|Delete|Write/.test(operation);

export const writes = (requests: readonly Metered[]): Metered[] => requests.filter(isWrite);

export const unitsOf = ({ units }: Metered): number => Object.values(units).reduce((total, each) => total + each, 0);

export const writeUnits = (requests: readonly Metered[]): number =>
  writes(requests).reduce((total, request) => total + unitsOf(request), 0);

export const readUnits = (requests: readonly Metered[]): number =>
  requests.filter((request) => !isWrite(request)).reduce((total, request) => total + unitsOf(request), 0);

/**
 * A proxy of DynamoDB that records every request with its consumed capacity. It delays each answer by `delayMs`, so
 * that requests which are sent together overlap.
 */
export async function meter(endpoint: string, delayMs = 0) {
  const requests: Metered[] = [];
  const server = createServer(async (request, response) => {
    const began = performance.now();
    const body = Buffer.concat(await request.toArray()).toString();
    const target = String(request.headers["x-amz-target"] ?? "");
    const operation = target.split(".").at(-1) ?? "";
    const metered = /Item|Query|Scan/.test(operation) && !target.includes("Streams");
    const sent = metered ? JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: "INDEXES" }) : body;
    const { host: _host, "content-length": _length, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(endpoint, { method: "POST", headers: headers as Record<string, string>, body: sent });
    const text = await answer.text();
    if (metered && delayMs > 0) await sleep(delayMs);
    if (metered) {
      const named = partsOf(JSON.parse(body) as Input);
      requests.push({
        operation,
        caller: String(request.headers["user-agent"] ?? "the stack"),
        items: named.map(nameOf),
        charges: named.flatMap(({ Item }) => (Item?.sk?.S?.startsWith("CHG#") ? [Item.sk.S] : [])),
        ok: answer.ok,
        units: answer.ok ? unitsIn([JSON.parse(text).ConsumedCapacity ?? []].flat()) : {},
        began,
        ended: performance.now(),
      });
    }
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" }).end(text);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close: () => server.close() };
}

function partsOf(input: Input): Part[] {
  if (input.TransactItems !== undefined) return input.TransactItems.flatMap((item) => Object.values(item));
  if (input.RequestItems !== undefined) {
    return Object.entries(input.RequestItems).flatMap(([TableName, { Keys = [] }]) =>
      Keys.map((Key) => ({ TableName, Key })),
    );
  }
  return [input.IndexName === undefined ? input : { ...input, TableName: `${input.TableName}/${input.IndexName}` }];
}

/** A table is named by the last word of its name, an item by the first word of its sort key. */
function nameOf({ TableName = "", Key, Item }: Part): string {
  const kind = (Key ?? Item)?.sk?.S?.split("#")[0] ?? "";
  return `${tableOf(TableName)} ${kind}`.trim();
}

function tableOf(name: string): string {
  const [table = "", index] = name.split("/");
  const short = /core|ledger|audit|outbox|clinical|clearance/.exec(table)?.[0] ?? table;
  return index === undefined ? short : `${short}/${index}`;
}

function unitsIn(consumed: Capacity[]): Record<string, number> {
  const units: Record<string, number> = {};
  for (const { TableName, Table, CapacityUnits, GlobalSecondaryIndexes = {} } of consumed) {
    const table = tableOf(TableName);
    units[table] = (units[table] ?? 0) + (Table?.CapacityUnits ?? CapacityUnits);
    for (const [index, each] of Object.entries(GlobalSecondaryIndexes)) {
      units[`${table}/${index}`] = (units[`${table}/${index}`] ?? 0) + each.CapacityUnits;
    }
  }
  return units;
}
