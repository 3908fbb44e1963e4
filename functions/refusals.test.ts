import { routes } from "@clearing/contracts/openapi";
import type { Booking } from "@clearing/domain/booking";
import { agreed, cohort, held, place, program } from "@clearing/domain/testing/retreat";
import { plusMinutes } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import { httpHandler } from "@clearing/runtime/api";
import type { Binding } from "@clearing/runtime/binding";
import type { Deps } from "@clearing/runtime/deps";
import { fakeDeps, fixedNow } from "@clearing/runtime/testing/fake-deps";
import { clientClaims, httpEvent, staffClaims } from "@clearing/runtime/testing/http-event";
import { packed } from "@clearing/store/packed";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { bindings as adminBindings } from "./admin/handler.ts";
import { bindings as bookingBindings } from "./booking/handler.ts";
import { bindings as checkoutBindings } from "./checkout/handler.ts";
import { bindings as clinicalBindings } from "./clinical/handler.ts";

type Called = Deps & { gateway: Gateway };
const bindings = [...adminBindings, ...bookingBindings, ...checkoutBindings, ...clinicalBindings] as Binding<Called>[];

const hash = "a".repeat(64);
const booking: Booking = { ...held(), owner: { sub: "sub-1", email: "ada@example.org" } };
const signed: Booking = { ...booking, agreement: { ...booking.agreement, signedVersion: booking.agreement.version } };
const ended: Booking = { ...signed, status: "cancelled" };
const forAda = { owner: { sub: "sub-2", email: "payer@example.org" } };
const paying = (changes: Partial<Booking["dues"][number]>): Booking => ({
  ...signed,
  status: "confirmed",
  dues: booking.dues.map((due) => ({ ...due, ...changes })),
});

type Key = { pk: string; sk: string };
type Input = {
  Key?: Key;
  TransactItems?: { Get?: { Key: Key } }[];
  RequestItems?: Record<string, { Keys: Key[] }>;
  ExpressionAttributeValues?: Record<string, unknown>;
};
type Who = "client" | "admin" | "clinician";
type Asked = { by?: Who; body?: object; stored?: Booking; attempt?: object };

/** Sends one request on the stored booking, or on a cohort whose program has changed since it took its terms. */
async function ask(operationId: string, { by = "client", body, stored = booking, attempt }: Asked) {
  const { deps, table } = fakeDeps();
  const items = [
    { ...stored, pk: "BKG#bkg_1", sk: "BOOKING" },
    { version: 1, hash, page: packed(agreed()), pk: "BKG#bkg_1", sk: "AGREEMENT#0001" },
    { ...attempt, pk: "BKG#bkg_1", sk: "ATT#att_1" },
    { ...cohort(), pk: "COH#coh_1", sk: "COHORT" },
    { ...place(), pk: "COH#coh_1", sk: "PLC#private#1" },
    { ...program({ version: 2 }), pk: "PROG#prog_1", sk: "PROGRAM" },
  ];
  const at = (key: Key | undefined) => items.find(({ pk, sk }) => pk === key?.pk && sk === key.sk);
  table.onAnyCommand().callsFake(({ Key, TransactItems, RequestItems, ExpressionAttributeValues = {} }: Input) => {
    if (Key) return { Item: at(Key) };
    if (TransactItems) return { Responses: TransactItems.map(({ Get }) => ({ Item: at(Get?.Key) })) };
    const [wanted] = Object.values(ExpressionAttributeValues);
    const found = Object.entries(RequestItems ?? {}).map(([name, { Keys }]) => [
      name,
      Keys.flatMap((key) => at(key) ?? []),
    ]);
    return { Items: items.filter(({ pk }) => pk === wanted), Responses: Object.fromEntries(found) };
  });
  const handler = httpHandler(async (): Promise<Called> => ({ ...deps, gateway: {} as Gateway }), bindings);
  const route = routes.find((one) => one.operationId === operationId) ?? expect.fail(`no ${operationId}`);
  const staff = { sub: "sub-9", email: "staff@example.org" };
  const claims = by === "client" ? clientClaims() : staffClaims(`[${by}]`, staff);
  const shared = route.access.includes("client") && route.access.length > 1;
  const ids: Record<string, string> = {
    bookingId: "bkg_1",
    dueId: "due_1",
    id: route.path.includes("/cohorts/") ? "coh_1" : "bkg_1",
  };
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const response = await handler(
    httpEvent({
      method: route.method,
      path: route.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ""),
      route: route.path,
      params: Object.fromEntries(names.map((name) => [name, ids[name] ?? ""])),
      headers: { "content-type": "application/json", "idempotency-key": "key-1" },
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(shared ? { context: { ...claims, groups: JSON.stringify(by === "client" ? [] : [by]) } } : { claims }),
    }),
    {} as Context,
  );
  return { status: response.statusCode, headers: response.headers ?? {}, body: JSON.parse(response.body ?? "{}") };
}

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

const because = { reason: "Sample reason" };
const arrived = { by: "admin", body: { outcome: "admitted" } } as const;
const medical = { by: "clinician", body: { kind: "medical", outcome: "cleared" } } as const;
const accepts = { accepted: true, hash, signature: "Ada Client" };
const tooLate = "This booking can no longer be canceled.";
const answered =
  "The invitation has already been answered, or the booking has ended. An acceptance can be withdrawn only before the first day of the cohort.";
const noneToEvaluate = "The booking has ended, or the participant has arrived. No evaluation is recorded after that.";
const noneToWithdraw =
  "Nothing can be withdrawn: no evaluation is recorded, the booking has ended, or the participant has arrived.";
const cleared: Booking = { ...signed, status: "confirmed", admission: { outcome: "admitted", at: "", by: "sub-9" } };

describe("a request that the booking's status does not allow says why", () => {
  test.each<[string, string, Asked, string]>([
    [
      "putAutopay",
      "on an ended booking",
      { body: { enabled: true, hash }, stored: ended },
      "This booking has ended. There is nothing to pay.",
    ],
    [
      "putAutopay",
      "without a saved method",
      { body: { enabled: true, hash }, stored: signed },
      "No saved payment method can be charged. Save one first, which is possible once the deposit is paid.",
    ],
    [
      "putAutopay",
      "with nothing left to charge",
      { body: { enabled: true, hash }, stored: paying({ status: "cancelled" }) },
      "No payment is left that can be charged automatically.",
    ],
    [
      "openCheckout",
      "to save a method before the deposit",
      { body: { purpose: "payment_method" }, stored: signed },
      "Pay the deposit first. Until then nothing else can be paid.",
    ],
    [
      "recordAdmission",
      "on a held booking",
      arrived,
      "The outcome can be recorded once, for a confirmed booking, from the first day of the cohort on.",
    ],
    ["cancelBooking", "on an ended booking", { body: because, stored: ended }, tooLate],
    ["cancelBooking", "of a participant who has arrived", { by: "admin", body: because, stored: cleared }, tooLate],
    ["previewCancellation", "on an ended booking", { stored: ended }, tooLate],
    [
      "signAgreement",
      "on an ended booking",
      { body: { hash, signature: "Ada Client", accepted: true }, stored: { ...booking, status: "expired" } },
      "This booking has ended, so its agreement cannot be signed.",
    ],
    ["answerInvitation", "that is accepted", { body: accepts, stored: { ...signed, ...forAda } }, answered],
    [
      "answerInvitation",
      "of an ended booking",
      { body: { accepted: false }, stored: { ...ended, ...forAda } },
      answered,
    ],
    [
      "putParticipant",
      "without an invitation",
      { body: { ...booking.participant, phone: "+1 555 0100" } },
      "Only the details of an invited participant who has not answered yet can be corrected.",
    ],
    ["recordEvaluation", "on an ended booking", { ...medical, stored: ended }, noneToEvaluate],
    [
      "withdrawClearance",
      "on an ended booking",
      { by: "clinician", body: { note: "Sample note" }, stored: ended },
      noneToWithdraw,
    ],
    ["withdrawClearance", "without an evaluation", { by: "clinician", body: { note: "Sample note" } }, noneToWithdraw],
    [
      "waiveDue",
      "of a due that is no longer owed, and was never paid",
      { by: "admin", body: because, stored: paying({ status: "cancelled" }) },
      "Nothing is left to pay on this due.",
    ],
    [
      "waiveDue",
      "of a due with an open page",
      { by: "admin", body: because, stored: paying({ openAttemptId: "att_1" }) },
      "A payment of this due is in progress. Try again when its outcome is known: a payment page closes after 31 minutes, and a bank debit takes several days.",
    ],
  ])("%s %s", async (operationId, _case, asked, detail) => {
    const { status, body } = await ask(operationId, asked);

    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 409,
      code: "invalid_transition",
      detail,
    });
  });
});

describe("a conflict that the same request meets again has no Retry-After", () => {
  test("a deposit whose bank account awaits verification", async () => {
    const open = { openAttemptId: "att_1", status: "processing" } as const;
    const stored = { ...signed, dues: signed.dues.map((due) => (due.kind === "deposit" ? { ...due, ...open } : due)) };
    const attempt = { id: "att_1", via: "checkout", status: "processing", verifyUntil: "2027-01-14T17:00:00Z" };
    const { status, headers, body } = await ask("openCheckout", { body: { purpose: "deposit" }, stored, attempt });

    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: "conflict",
      detail: "The bank account for the deposit is not verified yet. Verify it, or wait until this payment has ended.",
    });
    expect(headers).not.toHaveProperty("retry-after");
  });

  test("terms of a program that has changed since", async () => {
    const { status, headers, body } = await ask("takeTerms", { by: "admin", body: { version: 1 } });

    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: "conflict",
      detail: "The program is now at version 2. Read the cohort's terms again and send the new `program.version`.",
    });
    expect(headers).not.toHaveProperty("retry-after");
  });
});

test("a hold that is too short for another payment page says when to book again", async () => {
  const stored = { ...signed, holdExtended: true, holdExpiresAt: plusMinutes(fixedNow, 30) };
  const { status, body } = await ask("openCheckout", { body: { purpose: "deposit" }, stored });

  expect(status).toBe(409);
  expect(body).toMatchObject({
    code: "hold_expired",
    detail: "Once the hold has expired, create a new quote and book again.",
  });
});

test("an arrival that another role must record names the role and the outcome as codes", async () => {
  const { status, body } = await ask("recordAdmission", { by: "clinician", body: { outcome: "no_show" } });

  expect(status).toBe(403);
  expect(body.detail).toBe("Only the role `admin` can record `no_show`.");
});

test("a cohort of an unknown program is refused as invalid, and its route documents no 404", async () => {
  const places = [{ type: "private", count: 1 }];
  const days = { startsOn: "2027-03-08", endsOn: "2027-03-14", timeZone: "America/Denver" };
  const body = { programId: "prog_2", ...days, venue: "Sample House", places };
  const refused = await ask("createCohort", { by: "admin", body });

  expect(refused.status).toBe(400);
  expect(refused.body).toMatchObject({ code: "validation_failed", errors: [{ path: "programId" }] });
  expect(routes.find(({ operationId }) => operationId === "createCohort")?.errors).not.toContain("not_found");
});
