import type { Program } from "@clearing/domain/program";
import type { Stack } from "@clearing/local";
import { dayFrom, timeZone } from "./days.ts";
import { holdAgainstDocument } from "./documented.ts";

/** The addresses of a running stack: all that a client and a checker of its tables need. */
export type Addresses = { apiUrl: string; simulatorUrl: string; dynamoDbUrl: string; tables: string[] };

export const addressesOf = ({ apiUrl, simulatorUrl = "", dynamoDbUrl, topology }: Stack): Addresses => ({
  apiUrl,
  simulatorUrl,
  dynamoDbUrl,
  tables: topology.tables.map(({ name }) => name),
});

// biome-ignore lint/suspicious/noExplicitAny: bodies are as many as routes; each test asserts what it reads of one.
type Body = any;
export type Answer<Of = Body> = { status: number; headers: Headers; body: Of };
export type Call = {
  token?: string | undefined;
  body?: unknown;
  key?: string;
  headers?: Record<string, string>;
  /** Sent unchanged instead of a body. */
  raw?: string;
};

/** The actions on a running stack over HTTP: of people, admins and failures. */
export type Client = Addresses & {
  call<Of = Body>(method: string, path: string, call?: Call): Promise<Answer<Of>>;
  /** Like `call`, but throws on anything except a 2xx. */
  must<Of = Body>(method: string, path: string, call?: Call): Promise<Of>;
  /** Calls a route of the Stripe simulator, `/_sim/...`. */
  sim<Of = Body>(method: string, path: string, body?: unknown): Promise<Answer<Of>>;
  /** Calls the simulator's Stripe API with the account's key; `path` is without its `/v1/`. */
  stripe<Of = Body>(
    method: "GET" | "POST" | "DELETE",
    path: string,
    form?: Record<string, string>,
  ): Promise<Answer<Of>>;
  token(role: string, email: string): Promise<string>;
  now(): Promise<string>;
  advance(duration: string): Promise<void>;
  quiesce(): Promise<{ deadLetters: number }>;
  fault(fault: { target: string; kind: string; rate: number; seed: number; function?: string }): Promise<void>;
  clearFaults(): Promise<void>;
};

export function connect(addresses: Addresses): Client {
  const { apiUrl, simulatorUrl } = addresses;
  const client: Client = {
    ...addresses,
    async call(method, path, call = {}) {
      const answer = await ask(apiUrl, method, path, call);
      // Routes that only a developer's machine serves are not part of the API.
      if (!path.startsWith("/_local/")) holdAgainstDocument(method, path, answer);
      return answer;
    },
    async must(method, path, call) {
      const { status, body } = await client.call(method, path, call);
      if (status >= 200 && status < 300) return body;
      throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    },
    sim: (method, path, body) => ask(simulatorUrl, method, path, { body }),
    stripe: (method, path, form) => {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const call = { token: "sk_test_clearing_local", headers };
      const raw = form === undefined ? {} : { raw: String(new URLSearchParams(form)) };
      return ask(simulatorUrl, method, `/v1/${path}`, { ...call, ...raw });
    },
    token: async (role, email) => (await client.must("POST", "/_local/token", { body: { role, email } })).token,
    now: async () => (await client.must("GET", "/_local/clock")).now,
    advance: (duration) => client.must("POST", "/_local/clock", { body: { advance: duration } }),
    quiesce: () => client.must("POST", "/_local/quiesce"),
    fault: (fault) => client.must("POST", "/_local/faults", { body: fault }),
    clearFaults: () => client.must("DELETE", "/_local/faults"),
  };
  return client;
}

async function ask(base: string, method: string, path: string, call: Call): Promise<Answer> {
  const { token, body, key, headers, raw } = call;
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${base}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

type Settled = "id" | "version" | "auditHash" | "status";
type Collected = "lateCharge" | "nonPayment" | "collection" | "returnGraceDays" | "financingHours";
type Optional = Collected | "healthCare" | "taxes" | "addOns" | "itinerary" | "aftercare";

/** The body of a program for `POST /v1/programs`, plainly sample data. */
export const programBody: Omit<Program, Settled | Optional> = {
  name: "Seven-day intensive (sample)",
  publicLabel: "Seven-day program",
  summary: "Sample data",
  modalities: ["KAP"],
  days: 7,
  currency: "usd",
  placeTypes: [{ type: "private", price: 1_850_000 }],
  deposit: { kind: "amount", amount: 250_000 },
  plans: [
    { kind: "full" },
    { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
    { kind: "installments", months: 6 },
  ],
  cancellation: {
    administrationFee: 50_000,
    tiers: [
      { daysBefore: 60, refundPercent: 100 },
      { daysBefore: 30, refundPercent: 50 },
      { daysBefore: 0, refundPercent: 0 },
    ],
  },
  screening: { clearanceDeadlineDaysBefore: 14, validityDays: 90, declineAfterHours: 24 },
  holdMinutes: 30,
  waitlistOfferHours: 48,
};

/** Appendix J to 12 CFR part 1026, (c)(1)(i). */
export const loan = {
  advances: [{ date: "1978-01-10", amount: 500_000 }],
  payments: [{ date: "1978-02-10", amount: 23_000, count: 24, every: "month" }],
};

export type OpenedCohort = { id: string; startsOn: string; endsOn: string; programId: string };

/** An open cohort of a new program that begins in this many days, with this many places. */
export async function openCohort(
  client: Pick<Client, "must" | "token" | "now">,
  { inDays = 45, count = 4, program = {} }: { inDays?: number; count?: number; program?: Record<string, unknown> } = {},
): Promise<OpenedCohort> {
  const token = await client.token("admin", "admin@example.com");
  const made = await client.must("POST", "/v1/programs", { token, body: { ...programBody, ...program } });
  await client.must("PATCH", `/v1/programs/${made.id}`, { token, body: { status: "published" } });
  const now = await client.now();
  const cohort = await client.must("POST", "/v1/cohorts", {
    token,
    body: {
      programId: made.id,
      startsOn: dayFrom(now, inDays),
      endsOn: dayFrom(now, inDays + 6),
      timeZone,
      venue: "Sample House",
      places: [{ type: "private", count }],
    },
  });
  await client.must("PATCH", `/v1/cohorts/${cohort.id}`, { token, body: { status: "open" } });
  return { ...cohort, programId: made.id };
}

export const participantBody = (email: string) => ({
  name: "Sample Person",
  email,
  phone: "+1 555 0100",
  dateOfBirth: "1985-05-17",
});
