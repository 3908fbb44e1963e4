import { globSync } from "node:fs";
import { join } from "node:path";
import { type EventName, eventNames, topicOf } from "@clearing/domain/event";
import { describe, expect, expectTypeOf, test } from "vitest";
import { mails } from "../../functions/mailer/mails.ts";
import type { WatchedQueue } from "../../infra/constructs/queue.ts";
import { type FunctionName, functionNames, grants } from "../../infra/grants.ts";
import { type Trigger, triggers } from "../../infra/triggers.ts";
import { events } from "../../packages/contracts/src/events.ts";
import { routes } from "../../packages/contracts/src/openapi.ts";
import { type Problem, type ProblemCode, problems } from "../../packages/contracts/src/problem.ts";
import { defineRoute, type Route } from "../../packages/contracts/src/route.ts";

const root = join(import.meta.dirname, "../..");

/** The operation ids of the routes that are missing from the others. */
const missing = (wanted: readonly Route[], found: readonly Route[]): string[] => {
  const ids = new Set(found.map(({ operationId }) => operationId));
  return wanted.flatMap(({ operationId }) => (ids.has(operationId) ? [] : [operationId]));
};

/** The routes that any file of the contracts defines. */
async function routesDefined(): Promise<Route[]> {
  const files = globSync("packages/contracts/src/routes/*.ts", { cwd: root, exclude: ["**/*.test.ts"] });
  const modules: Record<string, Route>[] = await Promise.all(files.map((file) => import(join(root, file))));
  return modules.flatMap((module) => Object.values(module));
}

/** The routes that a function's handler must serve. Routes that take raw bytes have no binding. */
const routesOf = (name: Route["function"]): Route[] => routes.filter((route) => route.function === name && !route.raw);

/** The routes in the list of bindings that a function's handler serves. */
async function routesServedBy(name: Route["function"]): Promise<Route[]> {
  const handler: { bindings?: { route: Route }[] } = await import(join(root, "functions", name, "handler.ts"));
  return (handler.bindings ?? []).map(({ route }) => route);
}

/**
 * A table with a missing row must not compile. `npm run check` compiles these tests, and an `@ts-expect-error` fails if
 * its line compiles.
 */
describe("an event", () => {
  test("has a schema", () => {
    expectTypeOf<keyof typeof events>().toEqualTypeOf<EventName>();
    expect(Object.keys(events).sort()).toEqual([...eventNames].sort());
  });

  test("has a mail, or the entry `no mail`", () => {
    const { BookingHeld: _, ...forgotten } = mails;
    // @ts-expect-error: BookingHeld is missing.
    const table: typeof mails = forgotten;
    // @ts-expect-error: undefined is neither a mail nor `no mail`.
    const silent: typeof mails = { ...mails, BookingHeld: undefined };

    expectTypeOf<keyof typeof mails>().toEqualTypeOf<EventName>();
    expect(Object.keys(table)).toHaveLength(eventNames.length - 1);
    expect(silent.BookingHeld).toBeUndefined();
  });

  test("has a topic, which decides who may see it", () => {
    for (const name of eventNames) expect(topicOf(name), name).toMatch(/^(money|clearance|other)$/);
    // @ts-expect-error: no event has this name.
    expect(topicOf("BookingForgotten")).toBeUndefined();
  });
});

describe("a function", () => {
  test("has a row of permissions", () => {
    const { booking: _, ...forgotten } = grants;
    // @ts-expect-error: booking is missing.
    const table: typeof grants = forgotten;

    expectTypeOf<keyof typeof grants>().toEqualTypeOf<FunctionName>();
    expect(Object.keys(table)).toHaveLength(functionNames.length - 1);
  });

  test("has a trigger", () => {
    const { sweep: _, ...forgotten } = triggers;
    // @ts-expect-error: sweep is missing.
    const table: typeof triggers = forgotten;
    // @ts-expect-error: the period of the schedule is missing.
    const never: Trigger = { by: "schedule" };

    expectTypeOf<keyof typeof triggers>().toEqualTypeOf<FunctionName>();
    expect(Object.keys(table)).toHaveLength(functionNames.length - 1);
    expect(never).not.toHaveProperty("everyMinutes");
  });
});

test("a queue has an alarm", () => {
  type Props = ConstructorParameters<typeof WatchedQueue>[2];
  // @ts-expect-error: alarm is missing.
  const forgotten: Props = { queueName: "clearing-dev-forgotten" };

  expect(forgotten).not.toHaveProperty("alarm");
});

test("a problem has a status and a title", () => {
  // @ts-expect-error: status is missing.
  const untold: Problem = { title: "Forgotten" };
  // @ts-expect-error: title is missing.
  const unnamed: Problem = { status: 409 };

  expectTypeOf<typeof problems>().toExtend<Record<ProblemCode, Problem>>();
  expect([untold, unnamed]).toHaveLength(2);
  for (const { status, title } of Object.values<Problem>(problems)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title).not.toBe("");
  }
});

describe("a route", () => {
  const { access: _, ...forgotten }: Route = {
    operationId: "forget",
    method: "GET",
    path: "/v1/forgotten",
    function: "booking",
    access: ["admin"],
    idempotency: "none",
    summary: "Made up",
    responses: () => ({}),
    errors: [],
  };

  test("has the roles that may call it", () => {
    // @ts-expect-error: access is missing.
    expect(defineRoute(forgotten)).not.toHaveProperty("access");
  });

  test("is in the OpenAPI document", async () => {
    const defined = await routesDefined();

    expect(missing(defined, routes)).toEqual([]);
    expect(missing(routes, defined)).toEqual([]);
  });

  const functions = new Set(routes.flatMap((route) => (route.raw ? [] : [route.function])));

  test.each([...functions])("of %s is served by its handler", async (name) => {
    const served = await routesServedBy(name);

    expect(missing(routesOf(name), served)).toEqual([]);
    expect(missing(served, routesOf(name))).toEqual([]);
  });

  test("control: a route that is missing is reported by its operation id", async () => {
    const defined = await routesDefined();
    const served = await routesServedBy("booking");
    const others = (all: Route[]) => all.filter(({ operationId }) => operationId !== "getReceipts");

    expect(missing(defined, others(routes))).toEqual(["getReceipts"]);
    expect(missing(routesOf("booking"), others(served))).toEqual(["getReceipts"]);
  });

  test("refuses only with codes of the API's problems", () => {
    // @ts-expect-error: no problem has this code.
    expect(defineRoute({ ...forgotten, access: "public", errors: ["forgotten"] }).errors).toEqual(["forgotten"]);
  });
});
