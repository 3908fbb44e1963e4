import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import { openDatabase } from "./data-folder.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { Invocation } from "./sandbox.ts";
import { createTimeline } from "./timeline.ts";

const start = Date.parse("2027-03-01T10:00:30Z");
const minutes = (count: number) => start + count * 60_000;
const done: Invocation = { ok: true, payload: "null" };
const broken: Invocation = { ok: false, errorType: "Error", errorMessage: "broken" };

/** A schedule of each minute whose runs are answered in turn, the last answer for ever; nothing is due in any table. */
function setUp(answers: Invocation[], over: { retries?: number; onFailureArn?: string } = {}, seesAllActivity = true) {
  const db = openDatabase(":memory:");
  const clock = createClock(db, () => start);
  const runs: number[] = [];
  const reports: { to: string; report: unknown }[] = [];
  let activity = 1;
  const timeline = createTimeline({
    db,
    clock,
    dynamo: {} as DynamoDb,
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
    activity: () => activity,
    seesAllActivity,
    writes: () => 0,
    invoke: async () => {
      runs.push(clock.now());
      return answers[Math.min(runs.length, answers.length) - 1] ?? done;
    },
    onFailure: (to, body) => reports.push({ to, report: JSON.parse(body) }),
    idle: async () => {},
    quiesce: async () => {},
  });
  const happens = () => {
    activity++;
  };
  return { timeline, runs, reports, happens };
}

test("an idle tick is passed over", async () => {
  const { timeline, runs, happens } = setUp([done]);

  await timeline.moveTo(minutes(10));
  happens();
  await timeline.moveTo(minutes(20));

  expect(runs.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(["10:01", "10:11"]);
});

test("no tick is idle where things may happen that nobody tells of", async () => {
  const { timeline, runs } = setUp([done], {}, false);

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
