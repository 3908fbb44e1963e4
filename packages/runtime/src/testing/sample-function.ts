import type { Route } from "@clearing/contracts/route";
import type { Context } from "aws-lambda";
import { beforeEach, vi } from "vitest";
import * as z from "zod/mini";
import { type Answer, httpHandler } from "../api.ts";
import { type Binding, bind, type RequestContext } from "../binding.ts";
import { fakeDeps } from "./fake-deps.ts";
import { clientClaims, type HttpEventFields, httpEvent } from "./http-event.ts";

const holdPlace = {
  operationId: "holdPlace",
  method: "POST",
  path: "/v1/bookings/{id}/holds",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "required",
  summary: "Holds a place",
  params: z.strictObject({ id: z.string().check(z.regex(/^bkg_/)) }),
  query: z.strictObject({ limit: z.optional(z.coerce.number().check(z.int(), z.positive())) }),
  headers: z.object({ "access-purpose": z._default(z.string(), "treatment") }),
  body: z.strictObject({
    quoteId: z.string(),
    participant: z.strictObject({ name: z.string(), email: z.email() }),
  }),
  responses: () => ({}),
  errors: [],
} as const satisfies Route;

export const listPrograms = {
  operationId: "listPrograms",
  method: "GET",
  path: "/v1/programs",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Programs on offer",
  responses: () => ({}),
  errors: [],
} as const satisfies Route;

export const showPage = {
  ...listPrograms,
  operationId: "showPage",
  path: "/page",
  page: true,
} as const satisfies Route;

export const linkedPage = {
  ...showPage,
  operationId: "linkedPage",
  path: "/link",
  alsoHead: true,
} as const satisfies Route;

export const body = { quoteId: "quo_1", participant: { name: "Anna", email: "anna@example.org" } };
export const claims = clientClaims({ email: "Anna@Example.org" });
export const created: Answer = { status: 201, body: { id: "bkg_1" } };

/** The answer of a function with these bindings. */
export const respond = (bindings: Binding[], fields: HttpEventFields) =>
  httpHandler(async () => fakeDeps().deps, bindings)(httpEvent(fields), {} as Context);

/** A function that holds places and lists programs: what its handlers saw, and its answer to one request. */
export function call(fields: HttpEventFields, answer: () => Promise<Answer> = async () => created) {
  const { deps, table } = fakeDeps();
  const seen: { input: unknown; context: RequestContext }[] = [];
  const handler = httpHandler(
    async () => deps,
    [
      bind(holdPlace, async (input, context) => {
        seen.push({ input, context });
        return answer();
      }),
      bind(listPrograms, async () => answer()),
    ],
  );
  const run = async () => {
    const response = await handler(httpEvent(fields), {} as Context);
    return { ...response, json: response?.body ? JSON.parse(response.body) : undefined };
  };
  return { run, seen, table };
}

/** A valid request to hold a place, with these changes. */
export const hold = ({ id = "bkg_1", ...fields }: HttpEventFields & { id?: string } = {}): HttpEventFields => ({
  method: "POST",
  path: `/v1/bookings/${id}/holds`,
  route: holdPlace.path,
  params: { id },
  body: JSON.stringify(body),
  claims,
  ...fields,
  headers: { "content-type": "application/json", "idempotency-key": "key-1", ...fields.headers },
});

/** Keeps the lines that each test of the file would print. */
export function keptOutput(): string[] {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    return () => vi.restoreAllMocks();
  });
  return lines;
}
