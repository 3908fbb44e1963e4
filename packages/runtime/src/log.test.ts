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
