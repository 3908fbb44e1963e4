import { describe, expect, test } from "vitest";
import { refuseQuery } from "./dynamodb-query.ts";
import type { TableSpec } from "./topology.ts";

const index = (IndexName: string, Projection: object) => ({
  IndexName,
  KeySchema: [
    { AttributeName: "listPk", KeyType: "HASH" },
    { AttributeName: "listSk", KeyType: "RANGE" },
  ],
  Projection,
});
const table = {
  name: "core",
  hashKey: "pk",
  rangeKey: "sk",
  create: {
    GlobalSecondaryIndexes: [
      index("byKeys", { ProjectionType: "KEYS_ONLY" }),
      index("bySome", { ProjectionType: "INCLUDE", NonKeyAttributes: ["status"] }),
      index("byAll", { ProjectionType: "ALL" }),
    ],
  },
} as unknown as TableSpec;

const text = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, S]) => [name, { S }]));
const ask = (query: object) => refuseQuery(query, table);
const outside = "The provided starting key is outside query boundaries based on provided conditions";
const unmatched = "The provided starting key does not match the range key predicate";
const invalid = "The provided starting key is invalid";

describe("a start key", () => {
  const partition = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: text({ ":pk": "A" }) };
  const range = (condition: string, values: Record<string, string>) => ({
    IndexName: "byKeys",
    KeyConditionExpression: `#p = :p AND ${condition}`,
    ExpressionAttributeNames: { "#p": "listPk", "#s": "listSk" },
    ExpressionAttributeValues: text({ ":p": "LIST", ...values }),
  });
  const at = (listSk: string, listPk = "LIST") => text({ pk: "A", sk: "B", listPk, listSk });

  test.each([
    ["in the partition", text({ pk: "A", sk: "B" }), null],
    ["of another partition", text({ pk: "B", sk: "B" }), outside],
    ["without the sort key", text({ pk: "A" }), invalid],
    ["with an additional attribute", text({ pk: "A", sk: "B", listPk: "LIST" }), invalid],
    ["with another attribute", text({ pk: "A", listSk: "B" }), invalid],
    ["of another type", { pk: { N: "1" }, sk: { S: "B" } }, outside],
  ])("of a table, %s", (_, ExclusiveStartKey, refusal) => {
    expect(ask({ ...partition, ExclusiveStartKey })).toBe(refusal);
  });

  test.each([
    ["#s >= :s", { ":s": "2027" }, "2027", null],
    ["#s >= :s", { ":s": "2027" }, "2026", unmatched],
    ["#s > :s", { ":s": "2027" }, "2027", unmatched],
    ["#s <= :s", { ":s": "2027" }, "2028", unmatched],
    ["#s < :s", { ":s": "2027" }, "2026", null],
    ["#s = :s", { ":s": "2027" }, "2026", unmatched],
    ["#s BETWEEN :a AND :b", { ":a": "2026", ":b": "2028" }, "2027", null],
    ["#s BETWEEN :a AND :b", { ":a": "2026", ":b": "2028" }, "2029", unmatched],
    ["begins_with(#s, :s)", { ":s": "20" }, "2027", null],
    ["begins_with ( #s , :s )", { ":s": "20" }, "1999", unmatched],
    // In byte order the first sorts after the second, in JavaScript's order before it.
    ["#s <= :s", { ":s": "\uffee" }, "\u{1f642}", unmatched],
  ])("of an index with %s %j at %s", (condition, values, place, refusal) => {
    expect(ask({ ...range(condition, values), ExclusiveStartKey: at(place) })).toBe(refusal);
  });

  test("of an index also has the table's keys, in the index's partition", () => {
    const query = range("#s >= :s", { ":s": "2027" });

    expect(ask({ ...query, ExclusiveStartKey: text({ pk: "A", sk: "B" }) })).toBe(invalid);
    expect(ask({ ...query, ExclusiveStartKey: text({ listPk: "LIST", listSk: "2027" }) })).toBe(invalid);
    expect(ask({ ...query, ExclusiveStartKey: at("2027", "OTHER") })).toMatch(/cannot be restarted/);
  });

  test("compares numbers by value", () => {
    const query = {
      KeyConditionExpression: "pk = :pk AND sk < :sk",
      ExpressionAttributeValues: { ":pk": { S: "A" }, ":sk": { N: "10" } },
    };

    expect(ask({ ...query, ExclusiveStartKey: { pk: { S: "A" }, sk: { N: "9" } } })).toBe(null);
    expect(ask({ ...query, ExclusiveStartKey: { pk: { S: "A" }, sk: { N: "11" } } })).toBe(unmatched);
  });
});

test("an empty key is refused in a condition and in a start key", () => {
  const query = (pk: string) => ({
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: text({ ":pk": pk }),
  });

  expect(ask(query(""))).toMatch(/cannot contain an empty string value. Key: pk$/);
  expect(ask({ ...query("A"), ExclusiveStartKey: text({ pk: "A", sk: "" }) })).toMatch(/Key: sk$/);
});

describe("the size of a key in a condition or in a start key", () => {
  const query = (listPk: string, listSk: string) => ({
    IndexName: "byKeys",
    KeyConditionExpression: "listPk = :p AND listSk >= :s",
    ExpressionAttributeValues: text({ ":p": listPk, ":s": listSk }),
  });
  const started = (sk: string) => ({
    KeyConditionExpression: "pk = :p",
    ExpressionAttributeValues: text({ ":p": "A" }),
    ExclusiveStartKey: text({ pk: "A", sk }),
  });

  // A letter of two bytes, because the limits count bytes.
  test.each([
    ["a partition key of 2,048 bytes", query("é".repeat(1_024), "2027"), null],
    ["a partition key of 2,049 bytes", query(`${"é".repeat(1_024)}x`, "2027"), /Size of hashkey .* of2048 bytes$/],
    ["a sort key of 1,024 bytes", query("LIST", "é".repeat(512)), null],
    ["a sort key of 1,025 bytes", query("LIST", `${"é".repeat(512)}x`), /range keys .* 1024 bytes$/],
    ["a start at a sort key of 1,024 bytes", started("x".repeat(1_024)), null],
    ["a start at a sort key of 1,025 bytes", started("x".repeat(1_025)), /range keys .* 1024 bytes$/],
  ])("%s", (_, asked, refusal) => {
    expect(ask(asked)).toEqual(refusal === null ? null : expect.stringMatching(refusal));
  });
});

describe("an index projects", () => {
  const query = (IndexName: string, more: object) => ({
    IndexName,
    KeyConditionExpression: "listPk = :p",
    ExpressionAttributeValues: text({ ":p": "LIST" }),
    ...more,
  });
  const notProjected = (name: string, of: string) =>
    `One or more parameter values were invalid: Global secondary index ${of} does not project ${name}`;

  test.each([
    ["its keys and the table's", "byKeys", { ProjectionExpression: "pk, sk, listPk, listSk" }, null],
    ["no other attribute", "byKeys", { ProjectionExpression: "pk, venue" }, notProjected("venue", "byKeys")],
    [
      "no other attribute under a placeholder",
      "byKeys",
      { ProjectionExpression: "#v", ExpressionAttributeNames: { "#v": "venue" } },
      notProjected("venue", "byKeys"),
    ],
    [
      "no other attribute to a filter",
      "byKeys",
      { FilterExpression: "attribute_exists(venue) AND pk <> :p" },
      notProjected("venue", "byKeys"),
    ],
    ["its keys to a filter", "byKeys", { FilterExpression: "begins_with(pk, :p) OR NOT sk IN (:p)" }, null],
    [
      "not all attributes",
      "byKeys",
      { Select: "ALL_ATTRIBUTES" },
      expect.stringMatching(/ALL_ATTRIBUTES is not supported for global secondary index byKeys/),
    ],
    ["the included attributes and their parts", "bySome", { ProjectionExpression: "status.since, status[0]" }, null],
    [
      "no attribute that is not included",
      "bySome",
      { ProjectionExpression: "status, venue" },
      notProjected("venue", "bySome"),
    ],
    ["everything if it projects all", "byAll", { ProjectionExpression: "venue", Select: "ALL_ATTRIBUTES" }, null],
  ])("%s: %s with %j", (_, name, more, refusal) => {
    expect(ask(query(name, more))).toEqual(refusal);
  });
});
