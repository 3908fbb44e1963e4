import { AwsError, type Caller, requireGrant } from "./aws-error.ts";
import { refuseQuery } from "./dynamodb-query.ts";
import { account, region } from "./resource.ts";
import type { TableSpec } from "./topology.ts";

export type Item = Record<string, unknown>;
export type Input = Record<string, unknown> & {
  TableName?: string;
  IndexName?: string;
  Key?: Item;
  Item?: Item;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, Input>[];
};
/** One table that a request uses, with the IAM action that it needs there. */
export type Access = {
  action: string;
  table: TableSpec;
  index: string | undefined;
  keys: readonly Item[];
  writes: boolean;
};

/** Operations that write one item. */
export const writing = new Set(["PutItem", "UpdateItem", "DeleteItem", "Put", "Update", "Delete"]);
const single = new Set(["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable"]);
const inTransaction: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

/**
 * The accesses of a call. Throws AWS's refusal of an action that the caller may not do, and of a query that the
 * embedded database would accept.
 */
export function checkCall(
  caller: Caller,
  operation: string,
  input: Input,
  tables: ReadonlyMap<string, TableSpec>,
): readonly Access[] {
  const accesses = accessesOf(operation, input, tables);
  for (const access of accesses) requireAccess(caller, access, input);
  const refusal = operation === "Query" && accesses[0] ? refuseQuery(input, accesses[0].table) : null;
  if (refusal !== null) throw new AwsError("ValidationException", refusal);
  return accesses;
}

/** The tables that a call writes. */
export const tablesWritten = (accesses: readonly Access[]): ReadonlySet<TableSpec> =>
  new Set(accesses.filter((access) => access.writes).map((access) => access.table));

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
  throw new AwsError("UnknownOperationException", `DynamoDB's ${operation} is not supported by the local stack`);
}

function requireAccess(caller: Caller, { action, table, index, keys }: Access, input: Input): void {
  const leading = keys.length > 0 ? keys.map((key) => scalar(key[table.hashKey])) : queriedKey(table, index, input);
  const resource = index ? `${table.arn}/index/${index}` : table.arn;
  requireGrant(caller, `dynamodb:${action}`, resource, { "dynamodb:LeadingKeys": leading });
  if (table.kmsKeyArn) requireGrant(caller, "kms:Decrypt", table.kmsKeyArn, throughDynamoDb);
}

/** DynamoDB calls KMS on the caller's behalf, which KMS sees in these condition keys. */
const throughDynamoDb = { "kms:ViaService": [`dynamodb.${region}.amazonaws.com`], "kms:CallerAccount": [account] };

const scalar = (value: unknown) => String(Object.values((value as Item | undefined) ?? {})[0]);

/** The partition key value of a query. For an index, the index's own key is the leading key, as in AWS. */
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
