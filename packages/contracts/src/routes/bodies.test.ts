import { describe, expect, test } from "vitest";
import { encodeCursor } from "../cursor.ts";
import { fieldMessage } from "../field-message.ts";
import { routes } from "../openapi.ts";
import { listAudit } from "./audit.ts";
import { createBooking } from "./booking.ts";
import { createQuote } from "./catalogue.ts";
import { createProgram } from "./programs.ts";

type Issues = { issues: { path: PropertyKey[]; message: string }[] };
type Parses = {
  safeParse(value: unknown, params?: { error: typeof fieldMessage }): { success: boolean; error?: Issues };
};
const wrongIn = (schema: Parses, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ path }) => path.join(".")) ?? [];

describe("a participant", () => {
  const person = { name: "Sample Person", email: "a@example.com", phone: "+1 555 0100", dateOfBirth: "1985-05-17" };
  const book = (changes: object) =>
    wrongIn(createBooking.body, { quoteId: "quo_1", participant: { ...person, ...changes } });

  test.each([
    ["a name with a line break", { name: "Sample\nBcc: person" }, ["participant.name"]],
    ["a name with a bell character", { name: "Sample\u0007" }, ["participant.name"]],
    ["an empty name", { name: "  " }, ["participant.name"]],
    ["a birth in a year of six digits", { dateOfBirth: "+010000-01-01" }, ["participant.dateOfBirth"]],
    ["a birth on a day that does not exist", { dateOfBirth: "1985-02-30" }, ["participant.dateOfBirth"]],
    ["nothing wrong, in any script", { name: "Søren Ōe-Даль" }, []],
  ])("with %s", (_, changes, wrong) => {
    expect(book(changes)).toEqual(wrong);
  });
});

describe("a quote's plan", () => {
  const ask = (plan: object) => wrongIn(createQuote.body, { cohortId: "coh_1", placeType: "private", plan });

  test("accepts months only for monthly plans, and no more than a schedule allows", () => {
    expect(ask({ kind: "full" })).toEqual([]);
    expect(ask({ kind: "installments", months: 59 })).toEqual([]);
    expect(ask({ kind: "full", months: 3 })).toEqual(["plan"]);
    expect(ask({ kind: "financed", months: 60 })).toEqual(["plan.months"]);
    expect(ask({ kind: "barter" })).toEqual(["plan.kind"]);
  });
});

describe("a program's taxes", () => {
  const sound = { id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place", "add_on"] };
  const taxes = (changes: object) =>
    wrongIn(createProgram.body, { taxes: [{ ...sound, ...changes }] }).filter((path) => path.startsWith("taxes"));

  test.each([
    ["nothing wrong", {}, []],
    ["a rate without its four decimals", { rate: "6.875" }, ["taxes.0.rate"]],
    ["a rate of a hundred percent", { rate: "100.0000" }, ["taxes.0.rate"]],
    ["nothing that the tax applies to", { appliesTo: [] }, ["taxes.0.appliesTo"]],
    ["an unknown thing that the tax applies to", { appliesTo: ["deposit"] }, ["taxes.0.appliesTo.0"]],
  ])("have %s", (_, changes, wrong) => {
    expect(taxes(changes)).toEqual(wrong);
  });
});

describe("a program's rule of non-payment", () => {
  const rule = (noticeDays: number[]) =>
    wrongIn(createProgram.body, { nonPayment: { noticeDays, cancelDaysBefore: 14 } }).filter((path) =>
      path.startsWith("nonPayment"),
    );

  test("has a final notice, which names the day of the cancellation", () => {
    expect(rule([3, 7])).toEqual([]);
    expect(rule([])).toEqual(["nonPayment.noticeDays"]);
  });

  test("sends no notice on the date itself, on which a payment is not past due", () => {
    expect(rule([1])).toEqual([]);
    expect(rule([0, 7])).toEqual(["nonPayment.noticeDays.0"]);
  });
});

describe("a program's itinerary", () => {
  const blocks = (start: string, end: string) => {
    const day = { day: 1, blocks: [{ start, end, title: "Preparation", kind: "preparation" }] };
    return wrongIn(createProgram.body, { itinerary: [day] }).filter((path) => path.startsWith("itinerary"));
  };

  test("has blocks that end after they start", () => {
    expect(blocks("09:00", "11:00")).toEqual([]);
    expect(blocks("11:00", "09:00")).toEqual(["itinerary.0.blocks.0.end"]);
    expect(blocks("11:00", "11:00")).toEqual(["itinerary.0.blocks.0.end"]);
  });
});

describe("a list's cursor", () => {
  test("must come from a page of the list", () => {
    const given = encodeCursor("its-list", "2027-03-01T17:00:00Z#booking#bkg_1#00000001");

    expect(wrongIn(listAudit.query, { cursor: given })).toEqual([]);
    const half = Buffer.from('["\\ud800"]').toString("base64url");
    for (const cursor of [
      "",
      "zzz",
      "bnVsbA",
      "W10",
      "WzEsMiwzXQ",
      half,
      encodeCursor("its-list"),
      encodeCursor("its-list", "#"),
    ]) {
      expect(wrongIn(listAudit.query, { cursor })).toEqual(["cursor"]);
    }
  });
});

type Node = { def: Record<string, unknown> & { type: string } } & Parses;
/** The schemas that a schema contains, by field name. */
const inside = ({ def }: Node): [string, Node][] => {
  const shape = Object.entries((def.shape ?? {}) as Record<string, Node>);
  const others = [def.innerType, def.element, def.out, ...((def.options ?? []) as Node[])] as (Node | undefined)[];
  return [...shape, ...others.flatMap((node): [string, Node][] => (node?.def ? [["", node]] : []))];
};

describe("the message of an invalid field", () => {
  const allIn = (path: string, node: Node): [string, Node][] => [
    [path, node],
    ...inside(node).flatMap(([name, part]) => allIn(name === "" ? path : `${path}.${name}`, part)),
  ];
  const schemas = routes.flatMap(({ operationId, params, query, headers, body }) =>
    Object.entries({ params, query, headers, body }).flatMap(([place, part]) =>
      part === undefined ? [] : allIn(`${operationId} ${place}`, part as unknown as Node),
    ),
  );
  const wrong = [
    ...[undefined, null, true, false, {}, [], "", "x", "\u0000", "2027-02-30", "x".repeat(30_000)],
    ...[-1, 0.5, 0, 1e5, 1e15, 1e21, -1e21, Number.NaN],
    ...[{ kind: "barter" }, { kind: "full", unknown: 1 }, { kind: "financed", months: 1 }, { unknown: undefined }],
    ...[Array(3).fill({}), Array(2_000).fill("x"), Array(2_000).fill(0), { start: "11:00", end: "09:00" }],
  ];
  const messagesOf = (schema: Node, value: unknown) =>
    (schema.safeParse(value, { error: fieldMessage }).error?.issues ?? []).map(({ path, message }) => ({
      path: path.join("."),
      message,
    }));

  test("is one plain sentence that says what to send, for every field of every route", () => {
    const plain = /^(?:Is required|Unknown field|Must (?:not )?[a-z][^"\n]{3,120}(?:"\d\.\d{4}")?)$/;
    const jargon = /\b(?:invalid|expected|received|undefined|null|NaN|union|regex|pattern|discriminator|input)\b/i;
    const said = schemas.flatMap(([path, schema]) =>
      wrong.flatMap((value) => messagesOf(schema, value).map(({ message }) => `${path}: ${message}`)),
    );

    const riddles = said.filter((line) => {
      const message = line.slice(line.indexOf(": ") + 2);
      return !plain.test(message) || jargon.test(message);
    });
    expect(schemas.length).toBeGreaterThan(200);
    expect(new Set(said).size).toBeGreaterThan(300);
    expect([...new Set(riddles)]).toEqual([]);
  });

  test.each([
    ["nothing", {}, "quoteId", "Is required"],
    ["a number for a text", { quoteId: 1 }, "quoteId", "Must be a string"],
    ["another kind of id", { quoteId: "bkg_1" }, "quoteId", "Must be an id like quo_..."],
    ["a text for an object", { participant: "Sample" }, "participant", "Must be an object"],
    ["an address without a domain", { participant: { email: "a" } }, "participant.email", "Must be an email address"],
    ["no address", { participant: {} }, "participant.email", "Is required"],
  ])("for %s", (_, body, path, message) => {
    expect(messagesOf(createBooking.body as unknown as Node, body)).toContainEqual({ path, message });
  });

  test.each([
    ["a plan without its kind", { plan: {} }, "plan.kind", "Is required"],
    [
      "a plan of another kind",
      { plan: { kind: "barter" } },
      "plan.kind",
      "Must be full, deposit_and_balance, installments or financed",
    ],
    [
      "a fractional number",
      { plan: { kind: "financed", months: 2.5 } },
      "plan.months",
      "Must be a whole number from 2 to 59",
    ],
    [
      "a text instead of a number",
      { plan: { kind: "financed", months: "2" } },
      "plan.months",
      "Must be a whole number from 2 to 59",
    ],
    [
      "a number above the maximum",
      { plan: { kind: "financed", months: 1e30 } },
      "plan.months",
      "Must be a whole number from 2 to 59",
    ],
    ["too many items", { addOns: Array(21).fill({ id: "a", quantity: 1 }) }, "addOns", "Must have at most 20 items"],
  ])("for %s", (_, body, path, message) => {
    expect(messagesOf(createQuote.body as unknown as Node, body)).toContainEqual({ path, message });
  });
});

describe("every text that a route accepts", () => {
  const textsIn = (path: string, node: Node): [string, Node][] =>
    node.def.type === "string"
      ? [[path, node]]
      : inside(node).flatMap(([name, part]) => textsIn(name === "" ? path : `${path}.${name}`, part));
  const texts = routes.flatMap(({ operationId, params, query, body }) =>
    [params, query, body].flatMap((part) => (part === undefined ? [] : textsIn(operationId, part as unknown as Node))),
  );
  /** Stripe or a mail sets these parameters, and a page answers any value. */
  const free = /^(?:checkoutReturn|payPage|pay|methodPage|saveMethod)\./;

  test("refuses NUL, a lone surrogate, and characters that change the direction of the text", () => {
    const taken = texts
      .filter(([path]) => !free.test(path))
      .flatMap(([path, schema]) =>
        ["Sample\u0000", "Sample \ud800", "Sample \u202etxet"]
          .filter((value) => schema.safeParse(value).success)
          .map((value) => [path, value]),
      );

    expect(texts.length).toBeGreaterThan(50);
    expect(taken).toEqual([]);
  });
});
