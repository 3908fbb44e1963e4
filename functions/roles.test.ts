import { routes } from "@clearing/contracts/openapi";
import type { Role, Route } from "@clearing/contracts/route";
import { Life } from "@clearing/domain/testing/life";
import { agreed, held } from "@clearing/domain/testing/retreat";
import type { Gateway } from "@clearing/payments";
import { httpHandler } from "@clearing/runtime/api";
import type { Binding } from "@clearing/runtime/binding";
import type { Deps } from "@clearing/runtime/deps";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { clientClaims, httpEvent, issuers, staffClaims } from "@clearing/runtime/testing/http-event";
import { packed } from "@clearing/store/packed";
import { inShard } from "@clearing/store/shards";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { bindings as bookingBindings } from "./booking/handler.ts";
import { bindings as checkoutBindings } from "./checkout/handler.ts";
import { bindings as clinicalBindings } from "./clinical/handler.ts";

type WithGateway = Deps & { gateway: Gateway };
const bindings = [...bookingBindings, ...checkoutBindings, ...clinicalBindings] as Binding<WithGateway>[];

const document = agreed();
const { hash } = document;
const stranger = { sub: "sub-9", email: "stranger@example.org" };
/** Confirmed, with a balance to pay: each read of it answers with 200. */
const { booking } = new Life(held()).sign().pay("deposit").confirm();
const stored = {
  ...booking,
  owner: stranger,
  participant: { ...booking.participant, email: stranger.email },
  agreement: { ...booking.agreement, hash },
};
const items: Record<string, unknown>[] = [
  { ...stored, pk: "BKG#bkg_1", sk: "BOOKING", listPk: inShard("BOOKINGS", "bkg_1"), listSk: "bkg_1" },
  { version: 1, hash, page: packed(document), pk: "BKG#bkg_1", sk: "AGREEMENT#0001" },
];

type Key = { pk: string; sk: string };
type Input = {
  Key?: Key;
  Item?: Key;
  TransactItems?: { Get?: { Key: Key }; Put?: { Item: Key } }[];
  RequestItems?: Record<string, { Keys: Key[] }>;
  ExpressionAttributeValues?: Record<string, unknown>;
};

/** A table with one booking. None of the callers below is its payer or participant. */
function answer({ Key, TransactItems, RequestItems, ExpressionAttributeValues: values }: Input): object {
  const at = (key: Key | undefined) => items.find(({ pk, sk }) => pk === key?.pk && sk === key?.sk);
  if (Key) return { Item: at(Key) };
  if (TransactItems) return { Responses: TransactItems.map(({ Get }) => ({ Item: at(Get?.Key) })) };
  if (RequestItems) {
    const batch = Object.entries(RequestItems);
    return {
      Responses: Object.fromEntries(batch.map(([table, { Keys }]) => [table, Keys.flatMap((key) => at(key) ?? [])])),
    };
  }
  const wanted = Object.values(values ?? {})[0];
  return { Items: items.filter(({ pk, listPk }) => pk === wanted || listPk === wanted) };
}

const putsOf = ({ Item, TransactItems = [] }: Input): Key[] =>
  Item ? [Item] : TransactItems.flatMap(({ Put }) => Put?.Item ?? []);

const gateway = new Proxy({} as Gateway, {
  get: () => async () => ({ ok: false, kind: "unavailable", code: "none", message: "" }),
});

const bodies: Record<string, object> = {
  signAgreement: { hash, signature: "Sample Person", accepted: true },
  putAutopay: { enabled: true },
  answerInvitation: { accepted: true, hash, signature: "Sample Person" },
  putParticipant: { name: "Sample Guest", email: "guest@example.org", phone: "+1 555 0100", dateOfBirth: "1980-01-01" },
  openCheckout: { purpose: "deposit" },
  cancelBooking: { reason: "Sample reason" },
  waiveDue: { reason: "Sample reason" },
  deferDue: { dueOn: "2027-04-01", reason: "Sample reason" },
  putCollection: { paused: true, reason: "Sample reason" },
  recordEvaluation: { kind: "medical", outcome: "cleared" },
  withdrawClearance: { note: "Sample note" },
};
/** Only clinicians record `turned_away`; admins record the other outcomes. */
const bodyOf = ({ operationId }: Route, roles: readonly Role[]) =>
  operationId === "recordAdmission"
    ? { outcome: roles.includes("admin") ? "admitted" : "turned_away" }
    : bodies[operationId];

const staffRoles = ["clinician", "admin", "finance"] as const;
/** Every set of roles that a token can have: a client's, and all subsets of the staff's. */
const people: { issuer: string; roles: Role[] }[] = [
  { issuer: issuers.client, roles: ["client"] },
  ...Array.from({ length: 8 }, (_, subset) => ({
    issuer: issuers.staff,
    roles: staffRoles.filter((_role, index) => subset & (1 << index)),
  })),
];

async function ask(route: Route, { issuer, roles }: (typeof people)[number], groups: readonly string[] = roles) {
  const { deps, table } = fakeDeps();
  table.onAnyCommand().callsFake(answer);
  const handler = httpHandler(async (): Promise<WithGateway> => ({ ...deps, gateway }), bindings);
  const shared = route.access.includes("client") && route.access.length > 1;
  const text = `[${groups.join(" ")}]`;
  const claims = issuer === issuers.client ? clientClaims({ "cognito:groups": text }) : staffClaims(text);
  const body = bodyOf(route, roles);
  const name = route.path.includes("{bookingId}") ? "bookingId" : "id";
  const response = await handler(
    httpEvent({
      method: route.method,
      path: route.path.replace(/\{\w+\}/, "bkg_1").replace("{dueId}", "due_1"),
      route: route.path,
      ...(route.path.includes("{")
        ? { params: { [name]: "bkg_1", ...(route.path.includes("{dueId}") ? { dueId: "due_1" } : {}) } }
        : {}),
      headers: { "content-type": "application/json", "idempotency-key": "key-1" },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(shared ? { context: { ...claims, groups: JSON.stringify(groups) } } : { claims }),
    }),
    {} as Context,
  );
  const written = table.calls().flatMap(({ args: [{ input }] }) => putsOf(input as Input));
  return { status: response.statusCode, body: JSON.parse(response.body ?? "{}"), written };
}

const ofOneBooking = bindings.filter(({ route: { access, path } }) => access !== "public" && path.includes("{"));

test("every route of one booking is called below", () => {
  const called = new Set(ofOneBooking.map(({ route }) => route.operationId));
  const needed = routes.filter(({ path }) => /^\/v1\/(bookings|screenings)\/\{/.test(path));

  expect(needed.map(({ operationId }) => operationId).filter((id) => !called.has(id))).toEqual([]);
});

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

describe.each(people)("$issuer with the roles $roles", (person) => {
  test.each(ofOneBooking.map(({ route }) => [route.operationId, route] as const))(
    "%s shows a stranger's booking to staff whom the route names, and to nobody else",
    async (_id, route) => {
      const named = person.roles.filter((role) => route.access.includes(role));
      const { status } = await ask(route, person);

      if (named.length === 0) expect(status).toBe(403);
      else if (named.every((role) => role === "client")) expect(status).toBe(404);
      else expect([401, 403, 404, 500, 503]).not.toContain(status);
    },
  );

  test("only staff see it in the list", async () => {
    const list = bindings.find(({ route }) => route.operationId === "listBookings") as Binding<WithGateway>;
    const { status, body } = await ask(list.route, person);

    expect(status).toBe(person.roles.length > 0 ? 200 : 403);
    if (status === 200) expect(body.items).toHaveLength(person.issuer === issuers.staff ? 1 : 0);
  });

  test("a group with a role's name in the clients' pool grants nothing", async () => {
    for (const { route } of ofOneBooking) {
      const client = { issuer: issuers.client, roles: ["client"] as Role[] };
      expect((await ask(route, client, person.roles)).status).toBe(route.access.includes("client") ? 404 : 403);
    }
  });
});

describe("a read of one booking by staff is recorded", () => {
  /** The log of reads names only staff, and nothing about the booking. */
  const unrecorded = ["getAccessLog"];
  const reads = ofOneBooking.flatMap(({ route }) =>
    route.method === "GET" ? staffRoles.flatMap((role) => (route.access.includes(role) ? [{ route, role }] : [])) : [],
  );
  const isRecord = ({ pk, sk }: Key) => pk === "access#bkg_1" || (pk === "SCR#bkg_1" && sk.startsWith("ACCESS#"));

  test.each(reads.map(({ route, role }) => [route.operationId, role, route] as const))(
    "%s by %s",
    async (id, role, route) => {
      const { status, written } = await ask(route, { issuer: issuers.staff, roles: [role] });

      expect(status).toBe(200);
      expect(written.filter(isRecord)).toHaveLength(unrecorded.includes(id) ? 0 : 1);
    },
  );
});
