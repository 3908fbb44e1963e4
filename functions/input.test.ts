import { routes } from "@clearing/contracts/openapi";
import type { Route } from "@clearing/contracts/route";
import { participationDocument } from "@clearing/domain/agreement";
import type { Booking } from "@clearing/domain/booking";
import { agreed, cohort, held, place, program, quoted } from "@clearing/domain/testing/retreat";
import type { Gateway } from "@clearing/payments";
import { httpHandler, rawHttpHandler } from "@clearing/runtime/api";
import type { Binding } from "@clearing/runtime/binding";
import type { Deps } from "@clearing/runtime/deps";
import { type PayLinks, payLinks } from "@clearing/runtime/pay-links";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { clientClaims, httpEvent, staffClaims } from "@clearing/runtime/testing/http-event";
import { packed } from "@clearing/store/packed";
import { quoteItem } from "@clearing/store/quote";
import { inShard } from "@clearing/store/shards";
import type { Context } from "aws-lambda";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { bindings as adminBindings } from "./admin/handler.ts";
import { bindings as bookingBindings } from "./booking/handler.ts";
import { bindings as catalogueBindings } from "./catalogue/handler.ts";
import { bindings as checkoutBindings } from "./checkout/handler.ts";
import { bindings as clinicalBindings } from "./clinical/handler.ts";
import { bindings as financeBindings } from "./finance/handler.ts";
import { receiveWebhook } from "./webhook/webhook.ts";

type Called = Deps & { gateway: Gateway; payLinks: () => Promise<PayLinks> };

/** They take no input except headers of caches, and send files that only the build writes: other tests cover them. */
const documents = ["getHealth", "getOpenapi", "getDocs"];
const bindings = (
  [
    ...adminBindings,
    ...bookingBindings,
    ...catalogueBindings,
    ...checkoutBindings,
    ...clinicalBindings,
    ...financeBindings,
  ] as Binding<Called>[]
).filter(({ route }) => !documents.includes(route.operationId));

type Item = Record<string, unknown>;
const document = agreed();
const { hash } = document;
const booking = { ...held(), owner: { sub: "sub-1", email: "ada@example.org" } };
const guest = { name: "Sample Guest", email: "guest@example.org" };
const invited: Booking = { ...booking, participation: "invited" };
const madeForCaller = { ...invited, id: "bkg_2", owner: { sub: "sub-2", email: "payer@example.org" } };
const madeForGuest = { ...invited, id: "bkg_3", participant: { ...booking.participant, ...guest } };
/** What the routes read, so that requests get past "not found". */
const stored: Item[] = [
  { ...program(), pk: "PROG#prog_1", sk: "PROGRAM", listPk: inShard("PROGRAMS", "prog_1"), listSk: "prog_1" },
  { ...cohort(), pk: "COH#coh_1", sk: "COHORT", listPk: inShard("COHORTS", "coh_1"), listSk: "2027-03-08#coh_1" },
  { ...place(), pk: "COH#coh_1", sk: "PLC#private#1" },
  quoteItem(quoted("deposit_and_balance")),
  {
    ...booking,
    agreement: { ...booking.agreement, hash },
    pk: "BKG#bkg_1",
    sk: "BOOKING",
    listPk: inShard("BOOKINGS", "bkg_1"),
    listSk: "1",
  },
  { version: 1, hash, page: packed(document), pk: "BKG#bkg_1", sk: "AGREEMENT#0001" },
  { ...madeForCaller, pk: "BKG#bkg_2", sk: "BOOKING" },
  { ...madeForGuest, pk: "BKG#bkg_3", sk: "BOOKING" },
  { version: 1, hash, page: packed(document), pk: "BKG#bkg_3", sk: "AGREEMENT#0001" },
  { ...program({ id: "prog_2", status: "draft" }), pk: "PROG#prog_2", sk: "PROGRAM" },
  { ...cohort({ id: "coh_2", status: "draft" }), pk: "COH#coh_2", sk: "COHORT" },
];
const customer = { id: "cli_1", email: "ada@example.org", requestedAt: "2027-01-01T00:00:00Z", customerId: "cus_1" };
const keyOf = ({ pk, sk }: Item) => `${pk} ${sk}`;
const items = new Map(stored.map((item) => [keyOf(item), item]));

/** What DynamoDB rejects in any request: malformed Unicode, and an empty key. */
function refuse(value: unknown, name = ""): void {
  if (typeof value === "string" && !(value.isWellFormed() && (value !== "" || !/^:?(\w*[pP]k|\w*[sS]k)$/.test(name)))) {
    throw Object.assign(new Error(`not a ${name}`), { name: "ValidationException" });
  }
  if (typeof value === "object" && value !== null) for (const [key, part] of Object.entries(value)) refuse(part, key);
}

type Input = {
  Key?: Item;
  RequestItems?: Record<string, { Keys: Item[] }>;
  TransactItems?: { Get?: { Key: Item } }[];
  KeyConditionExpression?: string;
  ExpressionAttributeValues?: Item;
};
function answer(input: Input): object {
  refuse(input);
  const found = (key: Item | undefined) =>
    String(key?.pk).startsWith("CLIENT#") ? customer : key && items.get(keyOf(key));
  if (input.Key !== undefined) return { Item: found(input.Key) };
  if (input.TransactItems !== undefined)
    return { Responses: input.TransactItems.map(({ Get }) => ({ Item: found(Get?.Key) })) };
  if (input.KeyConditionExpression !== undefined) {
    const wanted = Object.values(input.ExpressionAttributeValues ?? {})[0];
    return { Items: stored.filter(({ pk, listPk }) => pk === wanted || listPk === wanted) };
  }
  const batch = Object.entries(input.RequestItems ?? {});
  return {
    Responses: Object.fromEntries(batch.map(([table, { Keys }]) => [table, Keys.flatMap((key) => found(key) ?? [])])),
  };
}

/** A Stripe that refuses everything: other tests cover payments. */
const gateway = new Proxy({} as Gateway, {
  get: () => async () => ({ ok: false, kind: "unavailable", code: "none", message: "" }),
});

const genuine = payLinks(["sample key"]);
/** Links whose ids are as short as the ones stored above. */
const links: PayLinks = {
  ...genuine,
  read: (token, now) => (token === "token_1" ? { bookingId: "bkg_1", dueId: "due_1" } : genuine.read(token, now)),
};

function setUp() {
  const { deps, table } = fakeDeps();
  table.onAnyCommand().callsFake(answer);
  const handler = httpHandler(
    async (): Promise<Called> => ({ ...deps, gateway, payLinks: async () => links }),
    bindings,
  );
  const webhook = rawHttpHandler(
    async () => deps,
    (request) => receiveWebhook(request, deps, async () => ({ secretKey: "sk_test", webhookSecrets: ["whsec_1"] })),
  );
  return { handler, webhook };
}

const person = { name: "Ada Client", email: "ada@example.org", phone: "+1 555 0100", dateOfBirth: "1980-01-01" };
const {
  id: _id,
  version: _version,
  auditHash: _hash,
  status: _status,
  ...programBody
} = program({ summary: "Sample" });
/** A valid body for each route, by operation. */
const bodies: Record<string, unknown> = {
  createProgram: programBody,
  patchProgram: programBody,
  createCohort: {
    programId: "prog_1",
    startsOn: "2027-03-08",
    endsOn: "2027-03-14",
    timeZone: "America/Denver",
    venue: "Sample House",
    places: [{ type: "private", count: 2, price: 1_850_000 }],
  },
  patchCohort: {
    status: "closed",
    startsOn: "2027-03-09",
    endsOn: "2027-03-15",
    timeZone: "America/Denver",
    venue: "Sample House",
  },
  takeTerms: { version: 1 },
  addPlaces: { type: "private", count: 2 },
  createQuote: {
    cohortId: "coh_1",
    placeType: "private",
    plan: { kind: "installments", months: 2 },
    addOns: [{ id: "airport", quantity: 1 }],
  },
  computeApr: {
    advances: [{ date: "2027-01-04", amount: 1_600_000 }],
    payments: [{ date: "2027-02-15", amount: 73_800, count: 24, every: "month" }],
    unitPeriod: "month",
  },
  createBooking: { quoteId: "quo_1", participant: person },
  signAgreement: { hash, signature: "Ada Client", accepted: true, autopay: true },
  putAutopay: { enabled: true, hash },
  recordAdmission: { outcome: "admitted" },
  answerInvitation: { accepted: true, hash: participationDocument(madeForCaller).hash, signature: "Ada Client" },
  putParticipant: { ...person, ...guest },
  openCheckout: { purpose: "due", dueId: "due_1", amount: 10_000, method: "card" },
  cancelBooking: { reason: "Sample reason" },
  waiveDue: { reason: "Sample reason" },
  deferDue: { dueOn: "2027-04-01", reason: "Sample reason" },
  putCollection: { paused: true, reason: "Sample reason" },
  recordEvaluation: { kind: "medical", outcome: "cleared", validUntil: "2027-03-20", note: "Sample note" },
  withdrawClearance: { note: "Sample note" },
};
const queries: Record<string, string> = { removePlaces: "type=private&count=1", comparePlans: "placeType=private" };
/** Ids by the name of a parameter, or of the collection whose `id` it is. */
const ids: Record<string, string> = {
  programs: "prog_1",
  cohorts: "coh_1",
  quotes: "quo_1",
  bookings: "bkg_1",
  bookingId: "bkg_1",
  dueId: "due_1",
  token: "token_1",
};
/** The `id` of routes that do not take the usual one of their collection. */
const otherIds: Record<string, string> = {
  getDraftProgram: "prog_2",
  getDraftCohort: "coh_2",
  getParticipation: "bkg_2",
  answerInvitation: "bkg_2",
  putParticipant: "bkg_3",
};

/** A valid value of each parameter in a route's path. */
function paramsOf({ operationId, path }: Route): Record<string, string> {
  const collection = path.split("/")[2] ?? "";
  const idFor = (name: string) => ids[name] ?? otherIds[operationId] ?? ids[collection] ?? expect.fail(`no ${name}`);
  return Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, idFor(name)]));
}

const texts = [
  ...["", " ", "\ud800", "\udfff x", "\u0000", "\u202e", "\u200b", "\ufeff", "\u3164", "\uffff", "a\u0301".repeat(300)],
  ...["__proto__", "constructor", "toString", "$where", "{id}", "../..", "%zz", "%ff", "%", "+", "&=", "#", "?"],
  ...["0000-01-01", "9999-12-31", "+010000-01-01", "-000001-01-01", "2028-02-29", "2027-02-29", "24:00"],
  ...[
    "bkg_1",
    "coh_1",
    "prog_1",
    "quo_1",
    "bkg_",
    "usd",
    "USD",
    "xxx",
    "private",
    "open",
    "medical",
    "1e999",
    "-0",
    "NaN",
  ],
  ...["x".repeat(5_000), "@", "a@b.c", `${"a.".repeat(120)}@example.org`, "\ud83d\ude42", "\t\n\r"],
];
const text = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: "binary", maxLength: 20 }));
const nested = (depth: number) => JSON.parse(`${'{"a":['.repeat(depth)}0${"]}".repeat(depth)}`) as unknown;
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -0,
    -1,
    0.5,
    1e21,
    2 ** 53,
    Number.MAX_VALUE,
    [],
    {},
    [[]],
    nested(9),
    nested(1_000),
  ),
  fc.constantFrom<unknown>(
    Array(500).fill("x"),
    Array(125_000).fill(0),
    Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 0])),
  ),
  fc.dictionary(text, fc.oneof(text, fc.integer()), { maxKeys: 4 }),
  fc.array(text, { maxLength: 4 }),
);

/** The same value with one part, at any depth, replaced, dropped or added. */
function mutated(
  sample: unknown,
  steps: number[],
  change: { kind: "replace" | "drop" | "add"; value: unknown; name: string },
): unknown {
  if (typeof sample !== "object" || sample === null || steps.length === 0) return change.value;
  const names = Object.keys(sample);
  const [step = 0, ...rest] = steps;
  const name = names[step % Math.max(1, names.length)] ?? change.name;
  const copy: Item | unknown[] = Array.isArray(sample) ? [...sample] : { ...sample };
  const fields = copy as Item;
  if (rest.length > 0) fields[name] = mutated(fields[name], rest, change);
  else if (change.kind === "replace") fields[name] = change.value;
  else if (change.kind === "drop") delete fields[name];
  else
    Object.defineProperty(fields, change.name, {
      value: change.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}

const escaped = (name: string) => encodeURIComponent(name.toWellFormed());
const fieldsOf = (schema: Route["query"]) => (schema && "shape" in schema ? Object.keys(schema.shape as object) : []);

/** Mostly the first; sometimes one of the others. */
const mostly = <Right, Wrong>(right: Right, ...wrong: fc.Arbitrary<Wrong>[]) =>
  fc.oneof({ weight: 3 * wrong.length, arbitrary: fc.constant(right) }, ...wrong);

/** A request to a route that is valid except for some of its parts, at times all of them. */
const requestTo = ({ route }: Binding<Called>) => {
  const sample = bodies[route.operationId];
  const change = fc.record({ kind: fc.constantFrom("replace", "drop", "add"), value, name: text } as const);
  const wrongBody = fc
    .tuple(fc.array(fc.nat(30), { maxLength: 5 }), change)
    .map(([steps, one]) => (JSON.stringify(mutated(sample, steps, one)) ?? "").replaceAll('"1e999"', "1e999"));
  const deep = ["[".repeat(100_000), `${"[".repeat(90_000)}${"]".repeat(90_000)}`];
  const raw = fc.constantFrom("", "{", ...deep, '{"a":1,"a":2}', "\u0000", "nul");
  const parameter = fc
    .tuple(fc.constantFrom("x", "limit", "cursor", ...fieldsOf(route.query)), text)
    .map(([name, one]) => `${name}=${escaped(one)}`);
  const params = Object.entries(paramsOf(route)).map(([name, id]) => [name, mostly(id, text)] as const);
  return fc.record({
    params: fc.record(Object.fromEntries(params)),
    body: mostly(JSON.stringify(sample) ?? "", wrongBody, wrongBody, wrongBody, raw),
    base64: fc.boolean(),
    query: mostly(
      queries[route.operationId] ?? "",
      fc.array(parameter, { minLength: 1, maxLength: 3 }).map((all) => all.join("&")),
      fc.constantFrom("%zz", "limit=%ff", "=&&=", "limit=1&limit=2"),
    ),
    headers: fc.record({
      "content-type": mostly("application/json", text),
      "idempotency-key": mostly("key", text),
      "access-purpose": mostly("treatment", text),
      accept: mostly("application/json", text),
    }),
    userAgent: text,
  });
};

/** Error texts that a client should not get: a parser's own words, and a second message for the same field. */
function riddlesIn(body = ""): string[] {
  if (!body.includes('"errors"')) return [];
  const { errors } = JSON.parse(body) as { errors: { path: string; message: string }[] };
  const parsers = /\b(?:invalid|expected|received|undefined|NaN|discriminator|input)\b/i;
  const again = errors.filter(({ path }, index) => errors.findIndex((one) => one.path === path) < index);
  return [...errors.filter(({ message }) => parsers.test(message)), ...again].map(
    (one) => `${one.path}: ${one.message}`,
  );
}

const staff = { sub: "sub-3", email: "staff@example.org" };
/** A caller whom the route admits: its client if it has clients, otherwise staff of every group. */
const claimsFor = ({ access }: Route) =>
  access.includes("client") ? clientClaims() : staffClaims("[clinician admin finance]", staff);

const logged: string[] = [];
/** The failures logged since the last call. A page tells nobody about one: it answers 503. */
const failures = () => logged.splice(0).filter((line) => line.includes('"internal_error"'));

beforeEach(() => {
  logged.length = 0;
  vi.spyOn(process.stdout, "write").mockImplementation((line) => logged.push(String(line)) > 0);
  return () => vi.restoreAllMocks();
});

describe("any input", { timeout: 30_000 }, () => {
  test("is sent to every route that a function binds", () => {
    const sent = bindings.map(({ route }) => route.operationId);

    expect([...sent, ...documents].sort()).toEqual(
      routes.flatMap(({ raw, operationId }) => (raw ? [] : [operationId])).sort(),
    );
  });

  test("has a valid sample for every route with a body", () => {
    const samples = bindings
      .filter(({ route }) => route.body !== undefined)
      .map(({ route }) => [route.operationId, route.body?.safeParse(bodies[route.operationId]).success]);

    expect(samples.filter(([, taken]) => !taken)).toEqual([]);
  });

  test.each(bindings.map((binding) => [binding.route.operationId, binding] as const))(
    "%s never fails, and refuses each bad field once, in plain words",
    async (_, binding) => {
      const { handler } = setUp();
      const { route } = binding;
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(requestTo(binding), async ({ params, body, base64, query, headers, userAgent }) => {
          const event = httpEvent({
            method: route.method,
            path: route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name])),
            route: route.path,
            params,
            query,
            headers,
            body: base64 ? Buffer.from(body).toString("base64") : body,
            base64,
            claims: claimsFor(route),
          });
          event.requestContext.http.userAgent = userAgent;
          const answered = await handler(event, {} as Context);
          seen.add(answered?.statusCode ?? 0);
          expect(answered?.statusCode).not.toBe(500);
          expect(failures()).toEqual([]);
          expect(riddlesIn(answered?.body)).toEqual([]);
        }),
        { seed: 7, numRuns: 100 },
      );
      // Control: some requests got past the validation of input, and name what exists.
      expect([...seen].some((status) => status !== 400 && status !== 404)).toBe(true);
    },
  );

  test("a webhook never fails", async () => {
    const { webhook } = setUp();
    await fc.assert(
      fc.asyncProperty(text, text, async (body, signature) => {
        const event = httpEvent({
          method: "POST",
          path: "/webhooks/stripe",
          body,
          headers: { "stripe-signature": signature },
        });
        expect((await webhook(event, {} as Context))?.statusCode).toBe(400);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
