import { setTimeout as sleep } from "node:timers/promises";
import type { AwsCall, AwsService } from "./aws-endpoint.ts";
import { type AwsAnswer, AwsError } from "./aws-error.ts";
import { type Access, checkCall, type Input, type Item, tablesWritten, writing } from "./dynamodb-access.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { FaultKind, Faults } from "./faults.ts";
import type { TableSpec } from "./topology.ts";

type Options = {
  db: DynamoDb;
  tables: readonly TableSpec[];
  faults: Faults;
  now: () => number;
  /** Called when a write to this table has reached the store. */
  onWrite: (table: TableSpec) => void;
  /** Kills the caller's process. */
  crash: (caller: string) => void;
};

/** How long a timed-out answer is delayed before the connection closes, in milliseconds. */
const timeoutMs = 200;

/**
 * The proxy in front of DynamoDB: IAM policies, AWS's refusals, faults, and notifications of writes for the streams.
 */
export function createDynamoDbService(options: Options): AwsService {
  const { db, faults } = options;
  const tables = new Map(options.tables.map((table) => [table.name, table]));
  const lag = createLag(options.now, faults.lagMs);

  return async (call) => {
    const operation = call.operation.split(".")[1] ?? "";
    const input = JSON.parse(call.body.toString()) as Input;
    const accesses = checkCall(call.fn, operation, input, tables);
    const struck = (kind: FaultKind) =>
      faults.strikes("dynamodb", kind, { function: call.fn.label, action: operation });

    if (struck("error")) throw new AwsError("InternalServerError", "Internal server error", 500);
    if (struck("throttle")) throw throttled(operation, input);
    if (struck("conflict")) refuseForConflict(operation, input);
    const answer = await forward(db, call);

    const written = tablesWritten(accesses);
    if (answer.status === 200 && written.size > 0) {
      for (const table of written) options.onWrite(table);
      if (faults.has("stale_index")) lag.wrote(accesses);
      if (struck("crash_after")) {
        options.crash(call.caller);
        return "hang_up";
      }
    }
    if (struck("timeout")) {
      await sleep(timeoutMs);
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

/** AWS's answer to a call above the capacity of a table or a partition. A transaction has it as the reason of an item. */
function throttled(operation: string, input: Input): AwsError {
  const message = "Throughput exceeds the current capacity of your table or index. Please try again shortly.";
  if (transactions.has(operation)) return cancelled(input, "ThrottlingError", message);
  return new AwsError(
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
  );
}

/** AWS's answer if another transaction holds one of the items. The embedded database never gives it. */
function refuseForConflict(operation: string, input: Input): void {
  const message = "Transaction is ongoing for the item";
  if (transactions.has(operation)) throw cancelled(input, "TransactionConflict", message);
  if (writing.has(operation)) throw new AwsError("TransactionConflictException", message);
}

const transactions = new Set(["TransactWriteItems", "TransactGetItems"]);

/** AWS's answer to a transaction of which the last item has this reason. */
function cancelled({ TransactItems: items = [] }: Input, code: string, message: string): AwsError {
  const reasons = items.map((_, index) =>
    index === items.length - 1 ? { Code: code, Message: message } : { Code: "None" },
  );
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** Answers of a stale index: the same query's earlier answer, or the current answer without recent writes. */
function createLag(now: () => number, lagMs: () => number) {
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
      if (!earlier || now() - earlier.at > lagMs()) {
        answers.delete(query);
        answers.set(query, { at: now(), answer: fresh });
        forget(answers);
      }
      if (!stale) return fresh;
      if (earlier && now() - earlier.at <= lagMs()) return earlier.answer;
      const page = JSON.parse(fresh.body.toString()) as { Items?: Item[]; Count?: number };
      const Items = (page.Items ?? []).filter((item) => now() - (written.get(keyOf(table, item)) ?? 0) > lagMs());
      return { status: 200, body: JSON.stringify({ ...page, Items, Count: Items.length }) };
    },
  };
}
