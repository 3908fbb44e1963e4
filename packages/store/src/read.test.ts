import { GetCommand, type QueryCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { queryItems, readItem, readItems, scanPages } from "./read.ts";
import type { Store } from "./store.ts";

const core = { tables: { core: "core" } };

describe("the pages of a query", () => {
  const query = { TableName: "core", KeyConditionExpression: "pk = :pk", Limit: 2 };
  const pages = [
    { Items: [{ sk: "1" }, { sk: "2" }], LastEvaluatedKey: { sk: "2" } },
    { LastEvaluatedKey: { sk: "3" } },
    { Items: [{ sk: "4" }] },
  ];

  function asked() {
    const inputs: QueryCommand["input"][] = [];
    const client = {
      send: async ({ input }: QueryCommand) => {
        inputs.push(input);
        return pages[inputs.length - 1];
      },
    };
    return { store: { ...core, client } as unknown as Store, inputs };
  }

  test("are read one after another, including an empty page", async () => {
    const { store, inputs } = asked();

    expect(await Array.fromAsync(queryItems(store, query))).toEqual([{ sk: "1" }, { sk: "2" }, { sk: "4" }]);

    expect(inputs).toEqual([
      query,
      { ...query, ExclusiveStartKey: { sk: "2" } },
      { ...query, ExclusiveStartKey: { sk: "3" } },
    ]);
  });

  test("have the requested length after the first page", async () => {
    const { store, inputs } = asked();

    await Array.fromAsync(queryItems(store, query, 50));

    expect(inputs.map(({ Limit }) => Limit)).toEqual([2, 50, 50]);
  });

  test("of a scan are read in the same way, page by page", async () => {
    const { store, inputs } = asked();
    const scan = { TableName: "outbox" };

    expect(await Array.fromAsync(scanPages(store, scan))).toEqual([pages[0]?.Items, [], pages[2]?.Items]);

    expect(inputs).toEqual([
      scan,
      { ...scan, ExclusiveStartKey: { sk: "2" } },
      { ...scan, ExclusiveStartKey: { sk: "3" } },
    ]);
  });

  test("are read only as far as the reader goes", async () => {
    const { store, inputs } = asked();

    for await (const item of queryItems(store, query)) if (item.sk === "2") break;

    expect(inputs).toHaveLength(1);
  });
});

describe("one item", () => {
  const stored = { pk: "BKG#1", sk: "BOOKING", amount: 5 };
  const send = async ({ input }: GetCommand) => ({ Item: input.Key?.pk === stored.pk ? stored : undefined });
  const asked: GetCommand["input"][] = [];
  const client = {
    send: (command: GetCommand) => {
      expect(command).toBeInstanceOf(GetCommand);
      asked.push(command.input);
      return send(command);
    },
  };
  const store = { ...core, client } as unknown as Store;

  test("is read consistently, of the core table unless another is named, and parsed", async () => {
    const key = { pk: "BKG#1", sk: "BOOKING" };

    expect(await readItem(store, key, ({ amount }) => Number(amount) + 1)).toBe(6);
    await readItem(store, { ...key, table: "ledger" }, (item) => item);

    expect(asked).toEqual([
      { TableName: "core", Key: key, ConsistentRead: true },
      { TableName: "ledger", Key: key, ConsistentRead: true },
    ]);
  });

  test("that does not exist is null, and is not parsed", async () => {
    const parse = () => {
      throw new Error("parsed");
    };

    expect(await readItem(store, { pk: "BKG#2", sk: "BOOKING" }, parse)).toBeNull();
  });
});

test("unprocessed keys of a batch are retried with growing pauses", async () => {
  const pauses: number[] = [];
  const left = { UnprocessedKeys: { core: { Keys: [{ pk: "A", sk: "B" }] } } };
  const store = {
    ...core,
    client: { send: async () => left },
    random: () => 1,
    sleep: async (ms: number) => void pauses.push(ms),
  } as unknown as Store;

  await expect(readItems(store, [{ pk: "A", sk: "B" }])).rejects.toThrow("keeps throttling");

  expect(pauses).toEqual([100, 200, 400, 800, 1600]);
});
