import { describe, expect, test } from "vitest";
import { encodeCursor } from "../cursor.ts";
import { routes } from "../openapi.ts";
import { listAudit } from "./audit.ts";
import { createBooking } from "./booking.ts";
import { createQuote } from "./catalogue.ts";
import { createProgram } from "./programs.ts";

type Parses = { safeParse(value: unknown): { success: boolean; error?: { issues: { path: PropertyKey[] }[] } } };
const wrongIn = (schema: Parses, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ path }) => path.join(".")) ?? [];

describe("a participant", () => {
  const person = { name: "Sample Person", email: "a@example.com", phone: "+1 555 0100", dateOfBirth: "1985-05-17" };
  const book = (changes: object) =>
    wrongIn(createBooking.body, { quoteId: "quo_1", participant: { ...person, ...changes } });

  test.each([
    ["a name of two lines", { name: "Sample\nBcc: person" }, ["participant.name"]],
    ["a name of a bell", { name: "Sample\u0007" }, ["participant.name"]],
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

  test("takes months only where it is paid by the month, and no more than a booking has dues", () => {
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
    ["nothing to apply to", { appliesTo: [] }, ["taxes.0.appliesTo"]],
    ["something else to apply to", { appliesTo: ["deposit"] }, ["taxes.0.appliesTo.0"]],
  ])("have %s", (_, changes, wrong) => {
    expect(taxes(changes)).toEqual(wrong);
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
  test("is one that a page gave", () => {
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

describe("every text that a route takes", () => {
  type Node = { def: Record<string, unknown> & { type: string } } & Parses;
  const inside = ({ def }: Node): [string, Node][] => {
    const shape = Object.entries((def.shape ?? {}) as Record<string, Node>);
    const others = [def.innerType, def.element, def.out, ...((def.options ?? []) as Node[])] as (Node | undefined)[];
    return [...shape, ...others.flatMap((node): [string, Node][] => (node?.def ? [["", node]] : []))];
  };
  const textsIn = (path: string, node: Node): [string, Node][] =>
    node.def.type === "string"
      ? [[path, node]]
      : inside(node).flatMap(([name, part]) => textsIn(name === "" ? path : `${path}.${name}`, part));
  const texts = routes.flatMap(({ operationId, params, query, body }) =>
    [params, query, body].flatMap((part) => (part === undefined ? [] : textsIn(operationId, part as unknown as Node))),
  );
  /** Stripe or a mail fills these in, and whatever they hold, a page for people is the answer. */
  const free = /^(?:checkoutReturn|payPage|pay|methodPage|saveMethod)\./;

  test("refuses NUL, half a surrogate pair, and what turns the direction of the text around it", () => {
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
