import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StackOptions, startStack } from "@clearing/local";
import type { Plugin } from "esbuild";
import { bundle } from "../../scripts/build.ts";
import { synthesize } from "../../scripts/synthesize.ts";
import { dayFrom, nextMidday, timeZone } from "../harness/days.ts";

/** Where a running stack answers: all that a client and a checker of its tables need. */
export type Addresses = { apiUrl: string; simulatorUrl: string; dynamoDbUrl: string; tables: string[] };

// biome-ignore lint/suspicious/noExplicitAny: bodies are as many as routes; each proof asserts what it reads of one.
type Body = any;
export type Answer = { status: number; body: Body; replayed: boolean };
type Call = { token?: string; body?: unknown; key?: string };

/** What a person, an admin or bad luck does to a running stack, over HTTP. */
export type Client = Addresses & {
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** As `call`, but anything except a 2xx throws. */
  expect(method: string, path: string, call?: Call): Promise<Body>;
  sim(path: string, body?: unknown): Promise<Body>;
  token(role: string, email: string): Promise<string>;
  now(): Promise<string>;
  advance(duration: string): Promise<void>;
  quiesce(): Promise<{ deadLetters: number }>;
  fault(fault: { target: string; kind: string; rate: number; seed: number }): Promise<void>;
  clearFaults(): Promise<void>;
};

export function connect(addresses: Addresses): Client {
  const { apiUrl, simulatorUrl } = addresses;
  const client: Client = {
    ...addresses,
    async call(method, path, { token, body, key } = {}) {
      const response = await fetch(`${apiUrl}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text), replayed: response.headers.has("idempotent-replayed") };
    },
    async expect(method, path, call) {
      const answer = await client.call(method, path, call);
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    async sim(path, body = {}) {
      const response = await fetch(`${simulatorUrl}${path}`, { method: "POST", body: JSON.stringify(body) });
      return parsed(await response.text());
    },
    token: async (role, email) => (await client.expect("POST", "/_local/token", { body: { role, email } })).token,
    now: async () => (await client.expect("GET", "/_local/clock")).now,
    advance: (duration) => client.expect("POST", "/_local/clock", { body: { advance: duration } }),
    quiesce: () => client.expect("POST", "/_local/quiesce"),
    fault: (fault) => client.expect("POST", "/_local/faults", { body: fault }),
    clearFaults: () => client.expect("DELETE", "/_local/faults"),
  };
  return client;
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export type RunningStack = { client: Client; stop(): Promise<void> };

/** Brings up a stack of its own in an empty folder, on any free ports. */
export async function openStack(options: Partial<StackOptions> = {}): Promise<RunningStack> {
  const folder = mkdtempSync(join(tmpdir(), "clearing-proof-"));
  const stack = await startStack({
    templateDir: await synthesize(() => {}),
    dataDir: join(folder, "data"),
    notBefore: nextMidday(),
    ...options,
  });
  const { apiUrl, simulatorUrl = "", dynamoDbUrl, topology } = stack;
  return {
    client: connect({ apiUrl, simulatorUrl, dynamoDbUrl, tables: topology.tables.map(({ name }) => name) }),
    async stop() {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One guard of the product that a control switches off: what a source file says, and what it says without. */
export type Weakening = { file: RegExp; from: RegExp; to: string };

/** Bundles functions without some of their guards; gives `startStack`'s `bundles`. */
export async function weakened(
  names: string[],
  weakenings: Weakening[],
): Promise<{ bundles: (label: string) => string | undefined; remove(): void }> {
  const out = mkdtempSync(join(import.meta.dirname, "../../node_modules/.weakened-"));
  await Promise.all(names.map((name) => bundle(name, out, [edit(weakenings)])));
  return {
    bundles: (label) => {
      const name = names.find((one) => labelOf(one) === labelOf(label));
      return name === undefined ? undefined : join(out, "functions", name);
    },
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}

const labelOf = (name: string) => name.replaceAll("-", "").toLowerCase();

function edit(weakenings: Weakening[]): Plugin {
  return {
    name: "weaken",
    setup(build) {
      for (const file of new Set(weakenings.map((one) => one.file))) {
        build.onLoad({ filter: file }, async ({ path }) => {
          const { readFile } = await import("node:fs/promises");
          let contents = await readFile(path, "utf8");
          for (const { file: of, from, to } of weakenings) {
            if (of !== file) continue;
            if (!from.test(contents)) throw new Error(`${path} does not say ${from}: the control tests nothing`);
            contents = contents.replace(from, to);
          }
          return { contents, loader: "ts" };
        });
      }
    },
  };
}

/** An open cohort of one place type of a program made for it; gives the cohort's id. */
export async function openCohort(
  client: Client,
  { places, inDays = 45, name = "Proof" }: { places: number; inDays?: number; name?: string },
): Promise<string> {
  const token = await client.token("admin", "admin@example.com");
  const post = (path: string, body: object) => client.expect("POST", path, { token, body, key: crypto.randomUUID() });
  const { id: programId } = await post("/v1/programs", { ...program, name });
  await client.expect("PATCH", `/v1/programs/${programId}`, { token, body: { status: "published" } });
  const now = await client.now();
  const { id } = await post("/v1/cohorts", {
    programId,
    startsOn: dayFrom(now, inDays),
    endsOn: dayFrom(now, inDays + 6),
    timeZone,
    venue: "Sample House",
    places: [{ type: "private", count: places }],
  });
  await client.expect("PATCH", `/v1/cohorts/${id}`, { token, body: { status: "open" } });
  return id;
}

const program = {
  publicLabel: "Seven-day program",
  summary: "Sample data",
  modalities: ["KAP"],
  days: 7,
  currency: "usd",
  placeTypes: [{ type: "private", price: 1_850_000 }],
  deposit: { kind: "amount", amount: 250_000 },
  plans: [{ kind: "full" }, { kind: "deposit_and_balance", balanceDueDaysBefore: 30 }],
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

export const participantOf = (email: string) => ({
  name: "Sample Person",
  email,
  phone: "+1 555 0100",
  dateOfBirth: "1985-05-17",
});
