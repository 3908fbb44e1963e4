import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { Client, loan, openCohort, type Problem, participantBody, programBody, type World } from "./world.ts";

/**
 * Sends a valid request to every operation that reads or writes, while DynamoDB fails each call (`error`), or each
 * transaction and each write (`conflict`). Each answer has one of the statuses. `world.api` also checks it against the
 * API's document, and fails the test at its end.
 */
export async function expectDocumentedAnswers(kind: "error" | "conflict", statuses: number[], world: World) {
  const bookingLog = () => readFileSync(join(world.stack.logsDir, "booking.log"), "utf8");
  const all = await everyRequest(world);
  const before = bookingLog().length;
  await world.faults({ target: "dynamodb", kind, rate: 1, seed: 1 });
  const answers = await Promise.all(
    all.map(async ({ operationId, method, path, call }) => {
      const { status, headers, body } = await world.api<Problem | string>(method, path, call);
      const type = headers.get("content-type")?.split(";")[0];
      return { operationId, status, type, code: typeof body === "string" ? null : body.code };
    }),
  );
  await world.clearFaults();

  expect(answers.length).toBeGreaterThan(30);
  expect(answers.filter(({ status }) => !statuses.includes(status))).toEqual([]);
  const of = (id: string) => answers.find(({ operationId }) => operationId === id);
  const code = kind === "conflict" ? "conflict" : "unavailable";
  expect(of("createBooking")).toMatchObject({ code });
  for (const id of ["getBooking", "getAgreement", "previewCancellation", "createQuote"]) {
    expect(of(id)).toMatchObject({ status: 503, code: "unavailable" });
  }
  expect(of("checkoutReturn")).toMatchObject({ status: 503, type: "text/html" });
  // The places of logged errors are in the sources, not in the bundle.
  const log = bookingLog().slice(before);
  expect(log).toMatch(/"stack":" {4}at [^"]*\/dist-es\/[\w/]+\.js:\d+:\d+\)/);
  const stacks = log.match(/"stack":"[^"]+"/g) ?? [];
  expect(stacks.filter((stack) => !/\/packages\/store\/src\/[\w-]+\.ts:\d+/.test(stack))).toEqual([]);
  expect(log).not.toContain(".mjs:");
}

/** A valid request for each operation that reads or writes: its path, parameters, token and body. */
async function everyRequest(world: World) {
  const admin = await world.token("admin");
  const { id: programId } = await world.must<{ id: string }>("POST", "/v1/programs", {
    token: admin,
    body: programBody,
  });
  const cohort = await openCohort(world);
  const client = new Client(world);
  const quoteId = await client.quote(cohort.id);
  const { dues } = await client.hold(cohort.id);
  const dueId = dues[1]?.id ?? "";
  const { hash } = await world.must<{ hash: string }>("GET", `${client.path}/agreement`, {
    token: await client.token(),
  });
  await client.sign();
  const session = await client.checkout();
  const days = { startsOn: cohort.startsOn, endsOn: cohort.endsOn };
  const place = { type: "private", count: 1 };
  const bodies: Record<string, object> = {
    createQuote: { cohortId: cohort.id, placeType: "private", plan: { kind: "full" } },
    computeApr: loan,
    createBooking: { quoteId, participant: participantBody(client.email) },
    signAgreement: { hash, signature: "Sample Person", accepted: true },
    putAutopay: { enabled: false },
    cancelBooking: { reason: "Sample reason" },
    waiveDue: { reason: "Sample reason" },
    deferDue: { dueOn: days.startsOn, reason: "Sample reason" },
    putCollection: { paused: true, reason: "Sample reason" },
    answerInvitation: { accepted: false },
    putParticipant: participantBody("another@example.com"),
    recordAdmission: { outcome: "no_show" },
    openCheckout: { purpose: "deposit" },
    createProgram: programBody,
    patchProgram: { name: "Another name (sample)" },
    createCohort: { programId, ...days, timeZone: "America/Denver", venue: "Sample House", places: [place] },
    patchCohort: { venue: "Another House" },
    takeTerms: { version: 2 },
    addPlaces: place,
    recordEvaluation: { kind: "medical", outcome: "cleared" },
    withdrawClearance: { note: "Sample note" },
  };
  const queries: Record<string, string> = {
    removePlaces: "?type=private&count=1",
    comparePlans: "?placeType=private",
    checkoutReturn: `?session=${session}`,
  };
  const ids: [string, string][] = [
    ["/v1/programs/{id}", programId],
    ["/v1/cohorts/{id}", cohort.id],
    ["/v1/drafts/programs/{id}", programId],
    ["/v1/drafts/cohorts/{id}", cohort.id],
    ["/v1/quotes/{id}", quoteId],
    ["/v1/bookings/{id}", client.id],
    ["/v1/screenings/{bookingId}", client.id],
  ];
  type Operation = { operationId: string; "x-roles": string[]; requestBody?: object };
  type Document = { paths: Record<string, Record<string, Operation>> };
  const { paths } = await world.must<Document>("GET", "/openapi.json");
  const asked = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(async ([method, { operationId, "x-roles": roles, requestBody }]) => {
      if (requestBody !== undefined && bodies[operationId] === undefined)
        throw new Error(`the table bodies in tests/harness/every-request.ts has no body for ${operationId}`);
      const [template = "", id = ""] = ids.find(([start]) => path.startsWith(start)) ?? [];
      const [role] = roles;
      return {
        operationId,
        method: method.toUpperCase(),
        path: `${path.replace(template, template.replace(/\{\w+\}/, id)).replace("{dueId}", dueId)}${queries[operationId] ?? ""}`,
        call: {
          ...(role === undefined ? {} : { token: role === "client" ? await client.token() : await world.token(role) }),
          ...(bodies[operationId] ? { body: bodies[operationId] } : {}),
          key: randomUUID(),
        },
      };
    }),
  );
  // A payment link reads nothing before its signature is verified.
  const links = ["payPage", "pay", "methodPage", "saveMethod"];
  const untouched = ["getHealth", "getOpenapi", "getDocs", "stripeWebhook", "computeApr", ...links];
  return (await Promise.all(asked)).filter(({ operationId }) => !untouched.includes(operationId));
}
