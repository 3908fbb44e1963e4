import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EventSubject, eventNames } from "@clearing/domain/event";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { events } from "./events.ts";
import { eventSchemas } from "./openapi.ts";

const held = {
  id: "evt_1",
  version: 1,
  occurredAt: "2027-03-01T10:00:00Z",
  correlationId: "JKJaXmPLvHcESHA=",
  subject: { type: "booking", id: "bkg_1", version: 1 },
  data: {
    bookingId: "bkg_1",
    cohortId: "coh_1",
    status: "held",
    placeType: "private",
    total: 1_850_000,
    currency: "usd",
    holdExpiresAt: "2027-03-01T10:20:00Z",
  },
};
const { holdExpiresAt: _, ...unfinished } = held.data;

describe("an event's schema", () => {
  test("accepts what is published", () => {
    expect(events.BookingHeld.safeParse(held).success).toBe(true);
  });

  test.each([
    ["a field with a name", { ...held, data: { ...held.data, participant: "Ana" } }],
    ["a field beside the data", { ...held, email: "ana@example.com" }],
    ["an amount in dollars", { ...held, data: { ...held.data, total: 18_500.5 } }],
    ["an unknown status", { ...held, data: { ...held.data, status: "on_hold" } }],
    ["a missing field", { ...held, data: unfinished }],
    ["another kind of subject", { ...held, subject: { ...held.subject, type: "cohort" } }],
  ])("refuses %s", (__, event) => {
    expect(events.BookingHeld.safeParse(event).success).toBe(false);
  });
});

test("a consumer's schema accepts a field that is added later, at every depth", () => {
  const validator = new Ajv({ strict: false, logger: false });
  addFormats.default(validator);
  const { $schema: _draft, ...schema } = eventSchemas().BookingHeld as Record<string, unknown>;
  const check = validator.compile(schema);

  expect(check(held)).toBe(true);
  expect(
    check({ ...held, later: 1, subject: { ...held.subject, later: 1 }, data: { ...held.data, later: "field" } }),
  ).toBe(true);
  expect(check({ ...held, data: unfinished })).toBe(false);
  expect(JSON.stringify(eventSchemas())).not.toContain("additionalProperties");
});

test("each event has a sentence that says what happened", () => {
  const told = Object.values(eventSchemas()).map((schema) => (schema as { description?: string }).description ?? "");

  expect(told.filter((description) => !/^[A-Z].{10,130}\.$/.test(description))).toEqual([]);
  expect(new Set(told).size).toBe(told.length);
});

test("each type of subject has an event", () => {
  const types: Record<EventSubject["type"], null> = {
    ...{ program: null, cohort: null, booking: null, clearance: null, entry: null },
  };
  const told = Object.values(events).map(({ shape }) => shape.subject.shape.type.def.values[0]);

  expect([...new Set<string | undefined>(told)].sort()).toEqual(Object.keys(types).sort());
});

test("there is a schema for each published event, and for no other", () => {
  const root = join(import.meta.dirname, "../../..");
  const files = globSync(
    [
      "packages/domain/src/{booking,cohort,ledger,program}/*.ts",
      "packages/{store,commands}/src/*.ts",
      "functions/admin/*.ts",
    ],
    {
      cwd: root,
      exclude: (path) => path.endsWith(".test.ts"),
    },
  );
  const sources = files.map((path) => readFileSync(join(root, path), "utf8")).join("\n");
  const published = eventNames.filter((name) => sources.includes(`"${name}"`));

  expect(Object.keys(events).sort()).toEqual([...published].sort());
  expect(Object.keys(eventSchemas()).sort()).toEqual([...published].sort());
});
