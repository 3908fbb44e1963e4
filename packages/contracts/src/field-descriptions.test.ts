import { largestAmount } from "@clearing/domain/money";
import { describe, expect, test } from "vitest";
import { describeFields, finder } from "./describe-fields.ts";
import { eventDescriptions } from "./event-descriptions.ts";
import { fieldDescriptions } from "./field-descriptions.ts";
import { eventSchemas, openapiDocument } from "./openapi.ts";

type Schema = {
  type?: string | string[];
  description?: string;
  format?: string;
  maximum?: number;
  enum?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | false;
} & Partial<Record<"anyOf" | "oneOf" | "allOf", Schema[]>>;
type Content = Record<string, { schema: Schema }>;
type Described = { description?: string; schema: Schema };
type Operation = {
  operationId: string;
  parameters: (Described & { name: string; in: string })[];
  requestBody?: { content: Content };
  responses: Record<string, { headers: Record<string, Described>; content?: Content }>;
};
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } };

/** A field of a document. `narrows`: it stands beside a reference to a schema that describes it. */
type Field = { at: string; description: string; schema: Schema; narrows: boolean };

function fieldsIn(schema: Schema, at: string, narrows = false): Field[] {
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  const inside = [
    ...anyOf,
    ...oneOf,
    ...(items ? [items] : []),
    ...(additionalProperties ? [additionalProperties] : []),
  ];
  return [
    ...Object.entries(properties).flatMap(([name, field]) => [
      { at: `${at}.${name}`, description: field.description ?? "", schema: field, narrows },
      ...fieldsIn(field, `${at}.${name}`, narrows),
    ]),
    ...inside.flatMap((one) => fieldsIn(one, at, narrows)),
    ...allOf.flatMap((one) =>
      fieldsIn(
        one,
        at,
        allOf.some((other) => "$ref" in other),
      ),
    ),
  ];
}

type Descriptions = Readonly<Record<string, string>>;

/** Every field of the event schemas. */
const fieldsOfEvents = (descriptions?: Descriptions): Field[] =>
  Object.entries(eventSchemas(descriptions)).flatMap(([name, schema]) => fieldsIn(schema as Schema, name));

/** Every parameter, header and field of the OpenAPI document. */
function fieldsOfApi(descriptions?: Descriptions): Field[] {
  const { paths, components } = openapiDocument(descriptions) as Document;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const named = (at: string, { description = "", schema }: Described) => ({ at, description, schema, narrows: false });
  const inContent = (at: string, content: Content = {}) =>
    Object.values(content).flatMap(({ schema }) => fieldsIn(schema, at));
  return [
    ...operations.flatMap(({ operationId, parameters, requestBody, responses }) => [
      ...parameters.map((one) => named(`${operationId} ${one.in} ${one.name}`, one)),
      ...inContent(`${operationId} request`, requestBody?.content),
      ...Object.entries(responses).flatMap(([status, { headers, content }]) => [
        ...Object.entries(headers).map(([name, header]) => named(`${operationId} ${status} ${name}`, header)),
        ...inContent(`${operationId} ${status}`, content),
      ]),
    ]),
    ...Object.entries(components.schemas).flatMap(([name, schema]) => fieldsIn(schema, name)),
  ];
}

const fieldsOf = (descriptions?: Descriptions): Field[] => [
  ...fieldsOfApi(descriptions),
  ...fieldsOfEvents(descriptions),
];

const undescribed = (fields: readonly Field[]) =>
  fields.filter(({ description, narrows }) => description === "" && !narrows).map(({ at }) => at);

/** The selectors that describe no field: with each selector as its own text, the documents hold those that are used. */
function unused(descriptions: Descriptions): string[] {
  const selectors = Object.keys(descriptions);
  const used = new Set(fieldsOf(Object.fromEntries(selectors.map((one) => [one, one]))).map((one) => one.description));
  return selectors.filter((selector) => !used.has(selector));
}

const alternatives = (schema: Schema): Schema[] => [
  schema,
  ...(schema.anyOf ?? []),
  ...(schema.items ? [schema.items] : []),
];
const isNullable = (schema: Schema) =>
  alternatives(schema).some(({ type }) => type === "null" || type?.includes("null"));
/** The values of a short list. A filter's values are described where the field that it filters is. */
const valuesOf = ({ at, schema }: Field): string[] => {
  const values = alternatives(schema).find((one) => one.enum)?.enum ?? [];
  return values.length > 12 || / query /.test(at) ? [] : values;
};

/** What the description of a field leaves out of what its schema says. */
function leftOut(field: Field): string[] {
  const { at, description, schema, narrows } = field;
  if (narrows) return [];
  const isAmount = alternatives(schema).some(({ maximum }) => maximum === largestAmount);
  const isInstant = alternatives(schema).some(({ format }) => format === "date-time");
  return [
    ...(isAmount && !description.includes("minor units") ? ["its unit"] : []),
    ...(isInstant && !description.includes("UTC") ? ["its time zone"] : []),
    ...(isNullable(schema) && !/\bnull\b/i.test(description) ? ["when it is null"] : []),
    ...valuesOf(field).filter((value) => !description.includes(`\`${value}\``)),
  ].map((what) => `${at}: ${what}`);
}

/** What a native reader stumbles over. Codes between backticks are names, not language. */
const refusedWords: [RegExp, string][] = [
  [/\b(that is none|of its own|whoever|anew|by itself|no such)\b/i, "a riddle"],
  [/\bwhat\b[^.]*\b(is|are)\b/i, "what ... is"],
  [/\b(nor|not without|not un\w+)\b/i, "a double negation"],
  [/\b(cancelled|colour|programme|cheque|whilst|organis\w+|authoris\w+|favour\w*|enrol)\b/i, "British spelling"],
  [/\b(mails?|mailed|e-mails?)\b/i, "mail, which is paper"],
  [/\b(until when|at whose)\b|\b(false|0|null|empty|X) to an? (participant|payer)\b/i, "a calque"],
  [/ {2}|\s$/, "a stray space"],
];
const mostWords = 30;

function stumbles(text: string): string[] {
  const words = text.replaceAll(/`[^`]*`/g, "X");
  const sentences = words.split(/(?<=[.])\s/);
  return [
    ...refusedWords.filter(([pattern]) => pattern.test(words)).map(([, what]) => what),
    ...(/^[A-Z]/.test(words) ? [] : ["no capital"]),
    ...(words.endsWith(".") ? [] : ["no period"]),
    ...sentences.filter((one) => one.split(/\s/).length > mostWords).map(() => "a long sentence"),
  ];
}

describe.each([
  ["parameter, header and field of the API", fieldsOfApi(), 2_000],
  ["field of an event", fieldsOfEvents(), 500],
])("every %s", (_, fields, least) => {
  test("has a description", () => {
    expect(fields.length).toBeGreaterThan(least);
    expect(undescribed(fields)).toEqual([]);
  });

  test("says its unit, its time zone, when it is null, and what each of its values means", () => {
    expect(fields.flatMap(leftOut)).toEqual([]);
  });
});

describe("every description", () => {
  test("of a field is used", () => {
    expect(unused(fieldDescriptions)).toEqual([]);
  });

  test.each([
    ["fields", fieldDescriptions],
    ["events", eventDescriptions],
  ])("of %s is in plain English", (_, descriptions) => {
    const found = Object.entries(descriptions).map(([name, text]) => [name, stumbles(text)] as const);

    expect(found.filter(([, stumbled]) => stumbled.length > 0)).toEqual([]);
  });
});

describe("control: the check sees", () => {
  test("a field without a description, in a list, in an alternative, in a problem, and in an event", () => {
    const { waived, "deposit percent": percent, "Problem code": code, byLink, ...others } = fieldDescriptions;

    expect([waived, percent, code, byLink]).not.toContain(undefined);
    expect(undescribed(fieldsOf(others))).toEqual(
      expect.arrayContaining([
        "listBookings 200.items.dues.waived",
        "createProgram request.deposit.percent",
        "Problem.code",
        "DueNotice.data.byLink",
      ]),
    );
  });

  test("a description that no field uses", () => {
    expect(unused({ ...fieldDescriptions, "bookings waived": "Nothing." })).toEqual(["bookings waived"]);
  });

  test("an amount without its unit, an instant without its zone, a null and a value that are not explained", () => {
    const doctored = fieldsOf({
      ...fieldDescriptions,
      waived: "How much is waived.",
      recordedAt: "When it was recorded.",
      nextCursor: "The next page.",
      recipient: "`payer`: the person who pays.",
      "Payment amount": "The amount of the payment.",
      "Payment Action Required until": "The deadline for the action.",
      "Payment Failed reason": "Why the payment failed, as a code.",
      "Collection Task Opened reason": "`not_paid`: the due was not paid.",
    });

    expect(new Set(doctored.flatMap(leftOut).map((one) => one.slice(one.lastIndexOf(".") + 1)))).toEqual(
      new Set([
        "waived: its unit",
        "recordedAt: its time zone",
        "nextCursor: when it is null",
        "recipient: participant",
        "amount: its unit",
        "until: its time zone",
        "reason: when it is null",
        "reason: delinquent",
      ]),
    );
  });

  test.each([
    ["the amount in minor units.", ["no capital"]],
    ["The amount in minor units", ["no period"]],
    ["An amount of its own.", ["a riddle"]],
    ["What the due is.", ["what ... is"]],
    ["It is not unpaid.", ["a double negation"]],
    ["The booking was cancelled.", ["British spelling"]],
    ["The client gets a mail.", ["mail, which is paper"]],
    ["Until when the prices are valid.", ["a calque"]],
    ["Always `current` to a participant who does not pay.", ["a calque"]],
    ["`cancelled`: the  booking ended.", ["a stray space"]],
    [`The ${"very ".repeat(mostWords)}long amount.`, ["a long sentence"]],
    ["`cancelled`: the booking was canceled.", []],
  ])("language: %s", (text, found) => {
    expect(stumbles(text)).toEqual(found);
  });
});

test("an event has the text of the API where a field is the same, and another where it is narrower", () => {
  const texts = new Map(fieldsOfEvents().map(({ at, description }) => [at, description]));

  expect(texts.get("BookingHeld.data.status")).toBe(fieldDescriptions["booking status"]);
  expect(texts.get("ClearanceChanged.data.validUntil")).toBe(fieldDescriptions["clearance validUntil"]);
  expect(texts.get("BookingHeld.data.total")).toBe(fieldDescriptions["event total"]);
  expect(texts.get("RefundRequested.data.amount")).toBe(fieldDescriptions["Refund Requested amount"]);
  expect(texts.get("RefundFailed.data.amount")).toBe(fieldDescriptions["Refund amount"]);
});

describe("a selector", () => {
  const words = ["listBookings", "response", "items", "booking", "dues", "amount"];
  const find = (...selectors: string[]) => finder(Object.fromEntries(selectors.map((one) => [one, one])))(words);

  test("is a name, or a name after words that lead to it, others between them or not", () => {
    expect(find("amount")).toBe("amount");
    expect(find("booking amount")).toBe("booking amount");
    expect(find("dues")).toBeUndefined();
    expect(find("dues booking amount")).toBeUndefined();
    expect(find("refund amount")).toBeUndefined();
  });

  test("with a nearer word wins, and then the longer one", () => {
    expect(find("amount", "dues amount", "listBookings response items amount")).toBe("dues amount");
    expect(find("dues amount", "booking dues amount", "listBookings dues amount")).toBe("booking dues amount");
    expect(find("listBookings dues amount", "dues amount")).toBe("listBookings dues amount");
  });

  test("names an object by the prefix of its id, alone and in a list", () => {
    const booking = { properties: { id: { pattern: "^bkg_[0-9a-z]+$" }, total: {} } };
    const described = { properties: { id: { pattern: "^bkg_[0-9a-z]+$" }, total: { description: "Of a booking." } } };
    const findTotal = finder({ "booking total": "Of a booking." });

    expect(describeFields(booking, ["getBooking"], findTotal)).toEqual(described);
    expect(describeFields({ properties: { items: { items: booking } } }, ["listBookings"], findTotal)).toEqual({
      properties: { items: { items: described } },
    });
  });
});
