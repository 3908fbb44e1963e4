import { expect, test } from "vitest";
import { jsonLog } from "./log.ts";

test("measures for the stage as a whole, which alarms use, and by the given dimensions", () => {
  const lines: string[] = [];
  const log = jsonLog({ function: "mailer", stage: "prod" }, (line) => lines.push(line)).with({ eventId: "evt_1" });

  log.metric("EventFailures", 1, "Count", { event: "BookingHeld" });
  log.metric("SweepFailures", 2, "Count");

  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: "Clearing",
            Dimensions: [["stage"], ["stage", "event"]],
            Metrics: [{ Name: "EventFailures", Unit: "Count" }],
          },
        ],
      },
      stage: "prod",
      event: "BookingHeld",
      EventFailures: 1,
    },
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          { Namespace: "Clearing", Dimensions: [["stage"]], Metrics: [{ Name: "SweepFailures", Unit: "Count" }] },
        ],
      },
      stage: "prod",
      SweepFailures: 2,
    },
  ]);
});

test("shows the frames in our sources, however many of a library are above them", () => {
  const lines: string[] = [];
  const foreign = Array.from(
    { length: 20 },
    (_, line) => `    at sdk (file:///app/node_modules/sdk/index.js:${line + 1}:1)`,
  );
  const ours = [
    "    at async commit (file:///app/packages/store/src/commit.ts:7:3)",
    "    at async main (file:///app/a.ts:1:1)",
  ];
  const error = Object.assign(new Error("lost"), { stack: ["Error: lost", ...foreign, ...ours].join("\n") });

  jsonLog({ stage: "prod" }, (line) => lines.push(line)).error("failed", error);

  expect(JSON.parse(lines.join()).stack.split("\n")).toEqual([...foreign.slice(0, 3), ...ours]);
  expect(Error.stackTraceLimit).toBeGreaterThan(20);
});
