import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { plusSeconds } from "@clearing/domain/time";
import { describe, expect, test } from "vitest";
import { type DeadlineWork, workOff } from "./deadline-work.ts";
import { fakeDeps, fixedNow } from "./testing/fake-deps.ts";

const past = "2026-12-31T23:00:00Z";

/**
 * An index with this many reached items of each kind, and a clock that advances this many seconds with each piece of
 * work.
 */
function world(
  reached: Partial<Record<DeadlineWork["kind"], number>>,
  item: object = { dueAt: past, version: 3 },
  seconds = 0,
) {
  let now = fixedNow;
  const { deps, table, log } = fakeDeps({ clock: { now: () => now } });
  table.on(QueryCommand).callsFake(({ ExpressionAttributeValues }) => {
    const [kind, shard] = ExpressionAttributeValues[":shard"].split("#") as [DeadlineWork["kind"], string];
    const items = Array.from({ length: reached[kind] ?? 0 }, (_, index) => ({ pk: kind, sk: String(index + 1) }));
    return { Items: shard === "0" ? items : [] };
  });
  table.on(GetCommand).resolves({ Item: item });
  const worked: string[] = [];
  const work = (
    kind: DeadlineWork["kind"],
    result: DeadlineWork["act"] = async () => ({ ok: true }),
  ): DeadlineWork => ({
    kind,
    act: (key) => {
      worked.push(`${key.pk} ${key.sk}`);
      now = plusSeconds(now, seconds);
      return result(key);
    },
  });
  const postponed = () =>
    table.commandCalls(UpdateCommand).map(({ args }) => ({
      key: args[0].input.Key,
      ...args[0].input.ExpressionAttributeValues,
    }));
  return { run: (...works: DeadlineWork[]) => workOff(deps, works), work, worked, postponed, table, log };
}

const moved = { dueAt: "2027-01-01T06:00:00Z", version: 4 };

describe("work whose deadline was reached", () => {
  test("is done in turns: the second kind does not wait for all of the first", async () => {
    const { run, work, worked } = world({ ATTEMPT: 3, REFUND: 1, PAGES: 2 }, moved);

    await run(work("ATTEMPT"), work("REFUND"), work("PAGES"));

    expect(worked).toEqual(["ATTEMPT 1", "REFUND 1", "PAGES 1", "ATTEMPT 2", "PAGES 2", "ATTEMPT 3"]);
  });

  test("ends with the run's time, after every kind has had its turn", async () => {
    const { run, work, worked } = world({ ATTEMPT: 100, REFUND: 100 }, moved, 10);

    await run(work("ATTEMPT"), work("REFUND"));

    expect(worked).toEqual(["ATTEMPT 1", "REFUND 1", "ATTEMPT 2"]);
  });

  test.each<[string, DeadlineWork["act"]]>([
    ["throws", () => Promise.reject(new Error("broken"))],
    ["is refused", async () => ({ ok: false, reason: "unavailable" })],
    ["changes nothing", async () => ({ ok: true })],
  ])(
    "goes to the back of its kind when it %s, under the version that was read, and the others go on",
    async (_, act) => {
      const { run, work, worked, postponed } = world({ ATTEMPT: 2 });

      await run(work("ATTEMPT", act));

      expect(worked).toHaveLength(2);
      expect(postponed()).toMatchObject([
        { key: { pk: "ATTEMPT", sk: "1" }, ":later": "2027-01-01T00:01:00Z", ":vain": 1, ":seen": past, ":version": 3 },
        { key: { pk: "ATTEMPT", sk: "2" } },
      ]);
    },
  );

  test.each([
    [1, "2027-01-01T00:02:00Z"],
    [5, "2027-01-01T00:32:00Z"],
    [40, "2027-01-01T01:00:00Z"],
  ])("that was postponed %i times waits until %s", async (vain, later) => {
    const { run, work, postponed } = world({ ATTEMPT: 1 }, { dueAt: past, version: 3, vain });

    await run(work("ATTEMPT"));

    expect(postponed()).toMatchObject([{ ":later": later, ":vain": vain + 1 }]);
  });

  test("keeps the deadline that its own change gave it", async () => {
    const { run, work, postponed } = world({ ATTEMPT: 1 }, moved);

    await run(work("ATTEMPT"));

    expect(postponed()).toEqual([]);
  });

  test("keeps the deadline of a concurrent writer", async () => {
    const { run, work, worked, table } = world({ ATTEMPT: 2 });
    table.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: "changed", $metadata: {} }));

    await run(work("ATTEMPT"));

    expect(worked).toHaveLength(2);
  });
});
