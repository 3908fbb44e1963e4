import { globSync, readFileSync } from "node:fs";
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
const sourcesIn = (glob: string): string[] =>
  globSync(glob, { cwd: root, exclude: (path) => path.endsWith("node_modules") })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => readFileSync(join(root, path), "utf8"));

/** The constants of the routes that a contract defines, without routes that take raw bytes: they have no binding. */
const routesDefined = (contract: string): string[] =>
  [...contract.matchAll(/^export const (\w+) = defineRoute\(\{\n([\s\S]*?)^\}\);$/gm)].flatMap(
    ([, name = "", body = ""]) => (/^ {2}raw: true,$/m.test(body) ? [] : [name]),
  );

/** The routes that a function's source imports from the contracts. */
const routesTaken = (source: string): string[] =>
  [
    ...source.matchAll(/^import (?:type )?(\{[^}]*\}|\* as \w+) from "@clearing\/contracts\/routes\/[\w-]+";/gm),
  ].flatMap(([, taken = ""]) => {
    const all = /^\* as (\w+)$/.exec(taken)?.[1];
    if (all === undefined) return taken.match(/\w+/g) ?? [];
    return [...source.matchAll(new RegExp(`\\b${all}\\.(\\w+)`, "g"))].map(([, name = ""]) => name);
  });

const unbound = (contracts: readonly string[], functions: readonly string[]): string[] => {
  const taken = new Set(functions.flatMap(routesTaken));
  return contracts.flatMap(routesDefined).filter((name) => !taken.has(name));
};

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

  test("is bound by a function and is in the OpenAPI document", () => {
    const contracts = sourcesIn("packages/contracts/src/routes/*.ts");

    expect(contracts.flatMap(routesDefined).length).toBeGreaterThan(50);
    expect(unbound(contracts, sourcesIn("functions/**/*.ts"))).toEqual([]);
    expect(contracts.flatMap(routesDefined)).toHaveLength(routes.filter(({ raw }) => !raw).length);
  });

  test("control: a route that no function binds is detected", () => {
    const contract = 'export const forget = defineRoute({\n  operationId: "forget",\n});\n';

    const module = 'from "@clearing/contracts/routes/forgotten";';

    expect(unbound([contract], [`import * as routes ${module}\ncommand(routes.forgetAll, {`])).toEqual(["forget"]);
    expect(unbound([contract], [`import { forgetAll } ${module}\nforget()`])).toEqual(["forget"]);
    expect(unbound([contract], [`import * as routes ${module}\ncommand(routes.forget, {`])).toEqual([]);
    expect(unbound([contract], [`import { forget } ${module}\ncommand(forget, {`])).toEqual([]);
  });

  test("refuses only with codes of the API's problems", () => {
    // @ts-expect-error: no problem has this code.
    expect(defineRoute({ ...forgotten, access: "public", errors: ["forgotten"] }).errors).toEqual(["forgotten"]);
  });
});
