import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { openDatabase } from "./data-folder.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { Invocation } from "./sandbox.ts";
import type { Sight } from "./sight.ts";
import { createTimeline } from "./timeline.ts";
import type { TableSpec } from "./topology.ts";

const start = Date.parse("2027-03-01T10:00:30Z");
const minutes = (count: number) => start + count * 60_000;
const done: Invocation = { ok: true, payload: "null" };
const broken: Invocation = { ok: false, errorType: "Error", errorMessage: "broken" };

const anywhere: Sight = { due: true, tables: [], outside: true };

/** A schedule of each minute whose runs are answered in turn, the last answer for ever; nothing is due in any table. */
function setUp(
  answers: Invocation[],
  over: { retries?: number; onFailureArn?: string } = {},
  { seesAllActivity = true, sight = anywhere, dynamo = {} as DynamoDb, running = () => {} } = {},
) {
  const db = openDatabase(":memory:");
  const clock = createClock(db, () => start);
  const runs: number[] = [];
  const reports: { to: string; report: unknown }[] = [];
  let activity = 1;
  const timeline = createTimeline({
    db,
    clock,
    dynamo,
    tables: [],
    schedules: [
      {
        name: "sweep",
        expression: "rate(1 minute)",
        functionId: "Sweep",
        input: {},
        retries: 0,
        onFailureArn: undefined,
        ...over,
      },
    ],
    sources: [],
    sight: () => sight,
    activity: () => activity,
    seesAllActivity,
    writes: () => 0,
    invoke: async () => {
      runs.push(clock.now());
      running();
      return answers[Math.min(runs.length, answers.length) - 1] ?? done;
    },
    onFailure: (to, body) => reports.push({ to, report: JSON.parse(body) }),
    idle: async () => {},
    quiesce: async () => {},
  });
  const happens = () => {
    activity++;
  };
  return { timeline, db, runs, reports, happens };
}

test("an idle tick is passed over", async () => {
  const { timeline, runs, happens } = setUp([done]);

  await timeline.moveTo(minutes(10));
  happens();
  await timeline.moveTo(minutes(20));

  expect(runs.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(["10:01", "10:11"]);
});

test("no tick is idle where things may happen that nobody tells of", async () => {
  const { timeline, runs } = setUp([done], {}, { seesAllActivity: false });

  await timeline.moveTo(minutes(10));

  expect(runs).toHaveLength(10);
});

test("a run that fails is reported to the function's destination, and made up for at the next tick", async () => {
  const { timeline, runs, reports } = setUp([broken, done], { onFailureArn: "arn:dead" });

  await timeline.moveTo(minutes(5));

  expect(runs.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(["10:01", "10:02"]);
  expect(reports).toEqual([
    {
      to: "arn:dead",
      report: {
        requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 1 },
        requestPayload: {},
        responsePayload: { errorType: "Error", errorMessage: "broken" },
      },
    },
  ]);
});

test("Lambda repeats it as often as the function is configured for, and reports only what failed each time", async () => {
  const { timeline, runs, reports } = setUp([broken, broken, done], { retries: 2, onFailureArn: "arn:dead" });

  await timeline.moveTo(minutes(5));

  expect(runs).toHaveLength(3);
  expect(reports).toEqual([]);
});

test("one that fails for ever does not hold time up", async () => {
  const { timeline, runs } = setUp([broken]);

  await timeline.moveTo(minutes(60));

  expect(runs).toHaveLength(4);
});

test("what happens gives nothing to find to a function that may read only what is due", async () => {
  const { timeline, runs, happens } = setUp([done], {}, { sight: { due: true, tables: [], outside: false } });

  happens();
  await timeline.moveTo(minutes(10));

  expect(runs).toEqual([]);
});

test("one that may read a table runs after an activity, and three times more, while the table holds something", async () => {
  const outbox: unknown[] = [];
  const dynamo = { call: async () => ({ Items: outbox }) } as unknown as DynamoDb;
  const { timeline, runs, happens } = setUp(
    [done],
    {},
    {
      ...{ sight: { due: false, tables: ["outbox"], outside: false }, dynamo },
    },
  );

  await timeline.moveTo(minutes(10));
  expect(runs).toHaveLength(0);
  outbox.push({});
  happens();
  await timeline.moveTo(minutes(20));
  expect(runs.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(["10:11", "10:12", "10:13", "10:14"]);

  outbox.pop();
  happens();
  await timeline.moveTo(minutes(30));
  expect(runs).toHaveLength(4);
});

test("one that also asks an outside service runs once after an activity, whatever its table holds", async () => {
  const dynamo = { call: async () => ({ Items: [{}] }) } as unknown as DynamoDb;
  const sight: Sight = { due: false, tables: ["core"], outside: true };
  const { timeline, runs } = setUp([done], {}, { sight, dynamo });

  await timeline.moveTo(minutes(10));

  expect(runs).toHaveLength(1);
});

test("of two that may find what is due, one that may see more runs where the other one has left it", async () => {
  const { timeline, runs, due } = setUpForDue();

  due.set("left", start);
  due.set("taken", start);
  await timeline.moveTo(minutes(1));
  expect(runs).toEqual(["hand-out", "reconcile"]);
  due.clear();
  due.set("taken", minutes(2));
  await timeline.moveTo(minutes(3));

  expect(runs).toEqual(["hand-out", "reconcile", "hand-out"]);
});

/** Two schedules of each minute and an index of what is due, of which one takes all but what is `left`. */
function setUpForDue() {
  const due = new Map<string, number>();
  const runs: string[] = [];
  const clock = createClock(openDatabase(":memory:"), () => start);
  const Items = () => [...due].map(([id, at]) => ({ id: { S: id }, dueAt: { S: new Date(at).toISOString() } }));
  const byDue = { IndexName: "byDue", KeySchema: [{ AttributeName: "dueAt", KeyType: "RANGE" }] };
  const table: TableSpec = {
    ...{
      name: "core",
      arn: "arn:core",
      hashKey: "id",
      rangeKey: undefined,
      create: { GlobalSecondaryIndexes: [byDue] },
    },
    ...{ timeToLive: undefined, kmsKeyArn: undefined, streamArn: undefined },
  };
  const schedule = (name: string) => ({ name, expression: "rate(1 minute)", functionId: name, input: {} });
  let writes = 0;
  const timeline = createTimeline({
    ...{ db: openDatabase(":memory:"), clock, tables: [table], sources: [], seesAllActivity: true },
    dynamo: { call: async () => ({ Items: Items() }) } as unknown as DynamoDb,
    schedules: ["reconcile", "hand-out"].map((name) => ({ ...schedule(name), retries: 0, onFailureArn: undefined })),
    sight: (functionId) => ({ due: true, tables: [], outside: functionId === "reconcile" }),
    activity: () => -1,
    writes: () => writes++,
    invoke: async (functionId) => {
      runs.push(functionId);
      due.delete("taken");
      return done;
    },
    onFailure: () => {},
    idle: async () => {},
    quiesce: async () => {},
  });
  return { timeline, runs, due };
}

test("a timeline that is stopped while a run is under way writes nothing afterwards", async () => {
  const { timeline, db, runs } = setUp([done], {}, { running: () => timeline.stop() });

  await timeline.moveTo(minutes(1));

  expect(runs).toHaveLength(1);
  expect(db.prepare("SELECT * FROM tick").all()).toEqual([]);
});
