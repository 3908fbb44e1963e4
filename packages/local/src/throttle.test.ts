import { describe, expect, test } from "vitest";
import { writeFixture } from "./fixture.ts";
import { readTopology } from "./read-topology.ts";
import { loadTemplate } from "./template.ts";
import { createThrottle } from "./throttle.ts";

test("a route's burst passes at once, and later requests only at its rate", () => {
  let now = 0;
  const passes = createThrottle({ ratePerSecond: 50, burst: 100 }, () => now);
  const passing = (requests: number) => Array.from({ length: requests }, passes).filter(Boolean).length;

  expect(passing(300)).toBe(100);
  now += 500;
  expect(passing(300)).toBe(25);
  now += 60_000;
  expect(passing(300)).toBe(100);
});

describe("a route's throttle in the template", () => {
  const throttleOf = (wanted: string, routeSettings: Record<string, object>) => {
    const fixture = writeFixture(({ Resources: { Stage } }) =>
      Object.assign(Stage.Properties, { RouteSettings: routeSettings }),
    );
    try {
      const { routes } = readTopology(loadTemplate(fixture.templateDir, "http://127.0.0.1:8787"));
      return routes.find(({ key }) => key === wanted)?.throttle;
    } finally {
      fixture.remove();
    }
  };

  test("is the stage's default if the route has no settings", () => {
    expect(throttleOf("GET /echo", {})).toEqual({ ratePerSecond: 1_000, burst: 2_000 });
  });

  test("is the route's own setting, which replaces the default completely: without one there is no throttle", () => {
    const own = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

    expect(throttleOf("GET /echo", { "GET /echo": own })).toEqual({ ratePerSecond: 50, burst: 100 });
    expect(throttleOf("GET /echo", { "GET /echo": { DetailedMetricsEnabled: true } })).toBeUndefined();
  });

  test("of a route that does not exist stops the start, as it stops a deployment", () => {
    expect(() => throttleOf("GET /echo", { "GET /nothing": {} })).toThrow(
      "it has settings for GET /nothing, but there is no such route",
    );
  });
});
