import type { TableSpec } from "./topology.ts";

type Value = Record<string, unknown>;
type Key = Record<string, Value>;
type Index = { IndexName: string; KeySchema: { AttributeName: string; KeyType: string }[]; Projection: Projection };
type Projection = { ProjectionType: string; NonKeyAttributes?: string[] };
/** The checked part of a Query's input. */
type Query = {
  IndexName?: string;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Key;
  ExclusiveStartKey?: Key;
  Select?: string;
};

/**
 * AWS's refusal of a Query that the embedded database accepts; null if AWS accepts it too. A start key has exactly the
 * keys of table and index, is in the queried partition, and satisfies the sort key condition. No key is empty or too
 * long, and an index is asked only for projected attributes. AWS lets a filter name an unprojected attribute, which
 * never matches; that is refused here too, because it can only be a mistake.
 */
export function refuseQuery(query: Query, table: TableSpec): string | null {
  const indexes = (table.create.GlobalSecondaryIndexes ?? []) as Index[];
  const index = indexes.find(({ IndexName }) => IndexName === query.IndexName);
  const keyOf = (type: string) => index?.KeySchema.find((part) => part.KeyType === type)?.AttributeName;
  const keys = index ? [keyOf("HASH"), keyOf("RANGE")] : [table.hashKey, table.rangeKey];
  const all = new Set([table.hashKey, table.rangeKey, ...keys].filter((name) => name !== undefined));
  const conditions = conditionsOf(query);
  const named = [
    ...conditions.flatMap(({ name, operands }) => operands.map((value) => [name, value] as const)),
    ...Object.entries(query.ExclusiveStartKey ?? {}),
  ];
  return (
    refuseStartKey(query.ExclusiveStartKey, all, conditions, keys) ??
    refuseKeys(named, new Set([table.hashKey, keys[0]])) ??
    (index ? refuseUnprojected(query, index, all) : null)
  );
}

type Condition = { name: string; operator: string; operands: Value[] };

/** `#pk = :pk AND #sk BETWEEN :from AND :to`, condition by condition. */
function conditionsOf({
  KeyConditionExpression: text = "",
  ExpressionAttributeNames: names = {},
  ExpressionAttributeValues: values = {},
}: Query): Condition[] {
  const pattern =
    /begins_with\s*\(\s*(?<prefixed>[#\w]+)\s*,\s*(?<prefix>:\w+)\s*\)|(?<name>[#\w]+)\s*(?<operator><=|>=|=|<|>|BETWEEN)\s*(?<first>:\w+)(?:\s+AND\s+(?<second>:\w+))?/gi;
  return [...text.matchAll(pattern)].map(({ groups = {} }) => {
    const name = groups.name ?? groups.prefixed ?? "";
    const operands = [groups.first ?? groups.prefix, groups.second].flatMap((one) => (one ? [values[one] ?? {}] : []));
    return { name: names[name] ?? name, operator: (groups.operator ?? "begins_with").toUpperCase(), operands };
  });
}

function refuseStartKey(
  start: Key | undefined,
  attributes: ReadonlySet<string>,
  conditions: readonly Condition[],
  [hash, range]: (string | undefined)[],
): string | null {
  if (start === undefined) return null;
  const given = Object.keys(start);
  if (given.length !== attributes.size || given.some((name) => !attributes.has(name))) {
    return "The provided starting key is invalid";
  }
  const fulfilled = (name: string | undefined) =>
    conditions.filter((one) => one.name === name).every((one) => fulfils(start[one.name] ?? {}, one));
  if (!conditions.some((one) => one.name === range)) {
    return fulfilled(hash)
      ? null
      : "The provided starting key is outside query boundaries based on provided conditions";
  }
  if (!fulfilled(range)) return "The provided starting key does not match the range key predicate";
  return fulfilled(hash) ? null : "The query can return at most one row and cannot be restarted";
}

function fulfils(value: Value, { operator, operands: [first = {}, second = {}] }: Condition): boolean {
  switch (operator) {
    case "=":
      return compare(value, first) === 0;
    case "<":
      return compare(value, first) < 0;
    case "<=":
      return compare(value, first) <= 0;
    case ">":
      return compare(value, first) > 0;
    case ">=":
      return compare(value, first) >= 0;
    case "BETWEEN":
      return compare(value, first) >= 0 && compare(value, second) <= 0;
    default:
      return String(value.S).startsWith(String(first.S));
  }
}

/** Compares as DynamoDB sorts: numbers by value, text by its UTF-8 bytes. Values of different types are never equal. */
function compare(one: Value, other: Value): number {
  const [type = "", value] = Object.entries(one)[0] ?? [];
  const [otherType = "", otherValue] = Object.entries(other)[0] ?? [];
  if (type !== otherType) return Number.NaN;
  if (type === "N") return Number(value) - Number(otherValue);
  return Buffer.compare(Buffer.from(String(value)), Buffer.from(String(otherValue)));
}

/** The maximum key lengths in bytes of UTF-8. The missing space in the first refusal is AWS's own. */
const longestPartitionKey = 2_048;
const longestSortKey = 1_024;

function refuseKeys(
  keys: readonly (readonly [string, Value])[],
  partitionKeys: ReadonlySet<string | undefined>,
): string | null {
  for (const [name, value] of keys) {
    if (value.S === "") {
      return `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`;
    }
    const bytes = typeof value.S === "string" ? Buffer.byteLength(value.S) : 0;
    const invalid = "One or more parameter values were invalid:";
    if (partitionKeys.has(name)) {
      if (bytes > longestPartitionKey)
        return `${invalid} Size of hashkey has exceeded the maximum size limit of2048 bytes`;
    } else if (bytes > longestSortKey) {
      return `${invalid} Aggregated size of all range keys has exceeded the size limit of 1024 bytes`;
    }
  }
  return null;
}

function refuseUnprojected(query: Query, { IndexName, Projection }: Index, keys: ReadonlySet<string>): string | null {
  if (Projection.ProjectionType === "ALL") return null;
  const invalid = "One or more parameter values were invalid:";
  if (query.Select === "ALL_ATTRIBUTES") {
    return `${invalid} Select type ALL_ATTRIBUTES is not supported for global secondary index ${IndexName} because its projection type is not ALL`;
  }
  const projected = new Set([...keys, ...(Projection.NonKeyAttributes ?? [])]);
  const missing = [query.ProjectionExpression, query.FilterExpression]
    .flatMap((expression) => attributesIn(expression, query.ExpressionAttributeNames))
    .find((name) => !projected.has(name));
  return missing === undefined ? null : `${invalid} Global secondary index ${IndexName} does not project ${missing}`;
}

const words = new Set(["AND", "OR", "NOT", "IN", "BETWEEN"]);

/** The attributes that an expression names, by their first path element; no values, functions or nested elements. */
function attributesIn(expression = "", names: Record<string, string> = {}): string[] {
  return [...expression.matchAll(/(?<![\w:#.])#?[A-Za-z_]\w*(?!\w|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !words.has(name.toUpperCase()))
    .map((name) => names[name] ?? name);
}
