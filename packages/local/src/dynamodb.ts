import { setTimeout as sleep } from "node:timers/promises";
import { type AwsAnswer, type AwsCall, AwsError, type AwsService, requireGrant } from "./aws-endpoint.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import { refuseQuery } from "./dynamodb-query.ts";
import type { FaultKind, Faults } from "./faults.ts";
import { ACCOUNT, REGION } from "./resource.ts";
import type { TableSpec } from "./topology.ts";

type Item = Record<string, unknown>;
type Input = Record<string, unknown> & {
  TableName?: string;
  IndexName?: string;
  Key?: Item;
  Item?: Item;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, Input>[];
};
/** One table that a request touches, with the IAM action that it needs there. */
type Access = { action: string; table: TableSpec; index: string | undefined; keys: readonly Item[]; writes: boolean };

type Options = {
  db: DynamoDb;
  tables: readonly TableSpec[];
  faults: Faults;
  now: () => number;
  /** A write to this table has reached the store. */
  onWrite: (table: TableSpec) => void;
  /** Ends the caller's process. */
  crash: (caller: string) => void;
};

/** Milliseconds that a timed-out answer stays away before the connection is closed. */
const TIMEOUT_MS = 200;
/** How far a stale index lags, in milliseconds of the stack's time. */
const LAG_MS = 5_000;

const writing = new Set(["PutItem", "UpdateItem", "DeleteItem", "Put", "Update", "Delete"]);
const single = new Set(["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable"]);
const inTransaction: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

/** The proxy before DynamoDB: each caller's IAM policy, AWS's own refusals, faults, and word of writes for the streams. */
export function createDynamoDbService(options: Options): AwsService {
  const { db, faults } = options;
  const tables = new Map(options.tables.map((table) => [table.name, table]));
  const lag = createLag(options.now);

  return async (call) => {
    const operation = call.operation.split(".")[1] ?? "";
    const input = JSON.parse(call.body.toString()) as Input;
    const accesses = accessesOf(operation, input, tables);
    for (const access of accesses) requireAccess(call, access, input);
    const refusal = operation === "Query" && accesses[0] ? refuseQuery(input, accesses[0].table) : null;
    if (refusal !== null) throw new AwsError("ValidationException", refusal);
    const struck = (kind: FaultKind) =>
      faults.strikes("dynamodb", kind, { function: call.fn.label, action: operation });

    if (struck("error")) throw new AwsError("InternalServerError", "Internal server error", 500);
    if (struck("throttle")) throw throttled();
    if (struck("conflict")) refuseForConflict(operation, input);
    const answer = await forward(db, call);

    const written = new Set(accesses.filter((access) => access.writes).map((access) => access.table));
    if (answer.status === 200 && written.size > 0) {
      for (const table of written) options.onWrite(table);
      if (faults.has("stale_index")) lag.wrote(accesses);
      if (struck("crash_after")) {
        options.crash(call.caller);
        return "hang_up";
      }
    }
    if (struck("timeout")) {
      await sleep(TIMEOUT_MS);
      return "hang_up";
    }
    if (operation === "Query" && input.IndexName && faults.has("stale_index")) {
      return lag.answer(call.body.toString(), tables.get(input.TableName ?? ""), answer, struck("stale_index"));
    }
    return answer;
  };
}

async function forward(db: DynamoDb, call: AwsCall): Promise<AwsAnswer> {
  const response = await db.send(call.operation, call.body, call.fn.label);
  const body = Buffer.from(await response.body.arrayBuffer());
  const checksum = response.headers["x-amz-crc32"];
  return {
    status: response.statusCode,
    ...(typeof checksum === "string" && { headers: { "x-amz-crc32": checksum } }),
    body,
  };
}

function accessesOf(operation: string, input: Input, tables: ReadonlyMap<string, TableSpec>): readonly Access[] {
  const access = (action: string, name: unknown, key?: Item, index?: string): Access => {
    const table = tables.get(String(name).split("/").at(-1) ?? "");
    if (!table)
      throw new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
    return { action, table, index, keys: key ? [key] : [], writes: writing.has(action) };
  };
  if (single.has(operation)) return [access(operation, input.TableName, input.Key ?? input.Item, input.IndexName)];
  if (operation === "TransactWriteItems" || operation === "TransactGetItems") {
    return (input.TransactItems ?? []).flatMap((item) =>
      Object.entries(item).map(([kind, part]) =>
        access(inTransaction[kind] ?? kind, part.TableName, part.Key ?? part.Item),
      ),
    );
  }
  if (operation === "BatchGetItem" || operation === "BatchWriteItem") {
    return Object.entries(input.RequestItems ?? {}).map(([name, part]) => {
      const keys =
        operation === "BatchGetItem"
          ? (part as { Keys: Item[] }).Keys
          : (part as { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]).map(
              (request) => request.PutRequest?.Item ?? request.DeleteRequest?.Key ?? {},
            );
      return { ...access(operation, name), keys, writes: operation === "BatchWriteItem" };
    });
  }
  throw new AwsError("UnknownOperationException", `DynamoDB's ${operation} is not known to the local stack`);
}

function requireAccess(call: AwsCall, { action, table, index, keys }: Access, input: Input): void {
  const leading = keys.length > 0 ? keys.map((key) => scalar(key[table.hashKey])) : queriedKey(table, index, input);
  const resource = index ? `${table.arn}/index/${index}` : table.arn;
  requireGrant(call.fn, `dynamodb:${action}`, resource, { "dynamodb:LeadingKeys": leading });
  if (table.kmsKeyArn) requireGrant(call.fn, "kms:Decrypt", table.kmsKeyArn, throughDynamoDb);
}

/** DynamoDB asks KMS in the caller's name, and KMS sees by whom it was asked. */
const throughDynamoDb = { "kms:ViaService": [`dynamodb.${REGION}.amazonaws.com`], "kms:CallerAccount": [ACCOUNT] };

const scalar = (value: unknown) => String(Object.values((value as Item | undefined) ?? {})[0]);

/** The partition key value of a query: an index's own key is the leading key there, as in AWS. */
function queriedKey(table: TableSpec, index: string | undefined, input: Input): readonly string[] {
  const indexes = (table.create.GlobalSecondaryIndexes ?? []) as {
    IndexName: string;
    KeySchema: { AttributeName: string }[];
  }[];
  const hashKey = indexes.find(({ IndexName }) => IndexName === index)?.KeySchema[0]?.AttributeName ?? table.hashKey;
  const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>;
  const values = (input.ExpressionAttributeValues ?? {}) as Item;
  for (const [, name = "", value = ""] of String(input.KeyConditionExpression ?? "").matchAll(
    /([#\w]+)\s*=\s*(:\w+)/g,
  )) {
    if ((names[name] ?? name) === hashKey) return [scalar(values[value])];
  }
  return [];
}

function throttled(): AwsError {
  return new AwsError(
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
  );
}

/** What the real service answers when another transaction holds one of the items, and the emulator never does. */
function refuseForConflict(operation: string, input: Input): void {
  if (operation === "TransactWriteItems" || operation === "TransactGetItems") {
    const items = input.TransactItems ?? [];
    const codes = items.map((_, index) => (index === items.length - 1 ? "TransactionConflict" : "None"));
    throw new AwsError(
      "TransactionCanceledException",
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
      400,
      {
        CancellationReasons: codes.map((Code) =>
          Code === "None" ? { Code } : { Code, Message: "Transaction is ongoing for the item" },
        ),
      },
    );
  }
  if (writing.has(operation)) throw new AwsError("TransactionConflictException", "Transaction is ongoing for the item");
}

/** Answers of an index as of some seconds ago: the same query's earlier answer, else without what was written since. */
function createLag(now: () => number) {
  const written = new Map<string, number>();
  const answers = new Map<string, { at: number; answer: AwsAnswer }>();
  const keyOf = (table: TableSpec, item: Item) =>
    JSON.stringify([table.name, item[table.hashKey], table.rangeKey && item[table.rangeKey]]);
  const forget = (map: Map<string, unknown>) => {
    const oldest = map.size > 2000 ? map.keys().next().value : undefined;
    if (oldest !== undefined) map.delete(oldest);
  };
  return {
    wrote(accesses: readonly Access[]): void {
      for (const { table, keys } of accesses) for (const key of keys) written.set(keyOf(table, key), now());
      forget(written);
    },
    answer(query: string, table: TableSpec | undefined, fresh: AwsAnswer, stale: boolean): AwsAnswer {
      if (fresh.status !== 200 || !table) return fresh;
      const earlier = answers.get(query);
      if (!earlier || now() - earlier.at > LAG_MS) {
        answers.delete(query);
        answers.set(query, { at: now(), answer: fresh });
        forget(answers);
      }
      if (!stale) return fresh;
      if (earlier && now() - earlier.at <= LAG_MS) return earlier.answer;
      const page = JSON.parse(fresh.body.toString()) as { Items?: Item[]; Count?: number };
      const Items = (page.Items ?? []).filter((item) => now() - (written.get(keyOf(table, item)) ?? 0) > LAG_MS);
      return { status: 200, body: JSON.stringify({ ...page, Items, Count: Items.length }) };
    },
  };
}
