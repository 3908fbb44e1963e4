import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Stack, type StackOptions, startStack } from "@clearing/local";
import { events, stripeEventReceived } from "../../packages/contracts/src/events.ts";
import { storyRoute } from "../../scripts/story/route.ts";
import { synthesize } from "../../scripts/synthesize.ts";
import { bundling } from "./bundling.ts";
import { nextMidday } from "./days.ts";
import { hasFailed } from "./failed.ts";
import { addressesOf, type Call, connect, type Client as Http, participantBody } from "./http.ts";

export { loan, openCohort, participantBody, programBody } from "./http.ts";

type Json = Record<string, unknown>;
type Schema = (typeof events)[keyof typeof events] | typeof stripeEventReceived;
const eventSchemas: Record<string, Schema> = { ...events, StripeEventReceived: stripeEventReceived };
export type Problem = { code: string; detail?: string; errors?: { path: string; message: string }[] };
export type Due = {
  id: string;
  kind: string;
  dueOn: string;
  amount: number;
  paid: number;
  status: string;
  nextAttemptAt: string | null;
  lastFailure: string | null;
};
export type Booking = {
  id: string;
  status: string;
  standing: string;
  holdExpiresAt: string | null;
  version: number;
  autopay: boolean;
  total: number;
  paid: number;
  refunded: number;
  balance: number;
  clearance: { status: string; validUntil: string | null };
  agreement: { version: number; signedAt: string | null; hash: string };
  dues: Due[];
  admission: { outcome: string } | null;
  timeline: { event: string }[];
};
export type Event = {
  id: string;
  type: string;
  detail: { id: string; subject: { id: string; version: number }; data: Json };
};
export type Mail = { to: string; subject: string; text: string };
export type Entry = {
  reference: string;
  postings: { account: string; debit: number; credit: number; bookingId?: string }[];
};

const start = async ({ dataDir, ...options }: Partial<StackOptions> = {}): Promise<Stack> =>
  startStack({
    templateDir: await synthesize(() => {}, bundling),
    dataDir: dataDir ?? mkdtempSync(join(tmpdir(), "clearing-e2e-")),
    port: 0,
    stripePort: 0,
    notBefore: nextMidday(),
    routes: storyRoute,
    warm: false,
    ...options,
  });

/**
 * The stacks that files of this worker have left to the next ones. Most of a stack's start is the loading of its
 * functions, which stay loaded.
 */
const spare: Stack[] = [];

async function emptyStack(): Promise<Stack> {
  const stack = spare.pop();
  if (stack === undefined) return start();
  try {
    await stack.empty(nextMidday());
    return stack;
  } catch (error) {
    await end(stack);
    throw error;
  }
}

async function end(stack: Stack): Promise<void> {
  await stack.stop();
  rmSync(stack.dataDir, { recursive: true, force: true });
}

/** Only a worker of the runner has a next file, and is ended by this signal. */
const isWorker = process.env.VITEST !== undefined;
if (isWorker) {
  process.once("SIGTERM", () => {
    for (const { dataDir } of spare) rmSync(dataDir, { recursive: true, force: true });
    process.exit(143);
  });
}

/** A running stack and the people who use it. Everything goes over HTTP. */
export type World = Awaited<ReturnType<typeof startWorld>>;

/** Opens an empty stack. One with `options` is used by no other file. */
export async function startWorld(options?: Partial<StackOptions>) {
  let stack = options === undefined ? await emptyStack() : await start(options);
  const { dataDir } = stack;
  let http: Http = connect(addressesOf(stack));

  const api = <Body = Json>(method: string, path: string, options: Call = {}) => http.call<Body>(method, path, options);
  const sim = <Body = Json>(method: string, path: string, body?: unknown) => http.sim<Body>(method, path, body);
  const must = <Body = Json>(method: string, path: string, options: Call = {}) =>
    http.must<Body>(method, path, options);

  /**
   * Tokens of staff are valid for 15 minutes of the stack's time, those of clients for an hour, so each use gets a new
   * one.
   */
  const token = (role: string, email = `${role}@example.com`): Promise<string> => http.token(role, email);

  /** The mails to an address, oldest first. */
  const mails = async (to: string): Promise<Mail[]> =>
    (await must<{ items: Mail[] }>("GET", `/_local/mail?to=${encodeURIComponent(to)}`)).items;

  const moveClock = async (body: { advance: string } | { to: string }): Promise<string> =>
    (await must<{ now: string }>("POST", "/_local/clock", { body })).now;

  return {
    api,
    sim,
    must,
    token,
    moveClock,
    get stack() {
      return stack;
    },
    /** The HTTP client, for the proofs' own tools. */
    get http() {
      return http;
    },
    quiesce: async () => (await http.quiesce()).deadLetters,
    now: () => http.now(),
    mails,
    /** The subjects of the mails to an address. */
    mail: async (to: string) => (await mails(to)).map(({ subject }) => subject),
    /** How many private places of a cohort are for sale. */
    available: async (cohortId: string) =>
      (await must<{ places: { available: number }[] }>("GET", `/v1/cohorts/${cohortId}`)).places[0]?.available,
    events: async (bookingId: string) =>
      (await must<{ items: Event[] }>("GET", "/_local/events")).items.filter(
        ({ detail }) => detail.subject.id === bookingId || detail.data.bookingId === bookingId,
      ),
    /** The events on the bus that do not match the schemas of packages/contracts. */
    misshapenEvents: async (): Promise<string[]> => {
      const { items } = await must<{ items: Event[] }>("GET", "/_local/events");
      if (items.length === 0) throw new Error("the bus has received no events");
      return items.flatMap(({ type, detail }) => {
        const checked = eventSchemas[type]?.safeParse(detail);
        if (checked?.success) return [];
        return [`${type}: ${checked ? JSON.stringify(checked.error.issues) : "has no schema"}`];
      });
    },
    faults: (body: Json) => must("POST", "/_local/faults", { body }),
    clearFaults: () => http.clearFaults(),
    journal: async (bookingId: string) =>
      (
        await must<{ items: Entry[] }>("GET", `/v1/finance/journal?bookingId=${bookingId}`, {
          token: await token("finance"),
        })
      ).items,
    /** The balance of every account that moved: debits minus credits. */
    balances: async (): Promise<Record<string, number>> => {
      const { accounts } = await must<{ accounts: { account: string; balance: number }[] }>(
        "GET",
        "/v1/finance/trial-balance",
        {
          token: await token("finance"),
        },
      );
      return Object.fromEntries(accounts.map(({ account, balance }) => [account, balance]));
    },
    stripeBalance: async () => (await sim<{ balance: number; consistent: boolean }>("GET", "/_sim/balance")).body,
    /** Stops the stack and starts it again on the same data. */
    async restart() {
      await stack.stop();
      stack = await start({ ...options, dataDir });
      http = connect(addressesOf(stack));
    },
    async stop() {
      if (hasFailed()) {
        await stack.stop();
        console.log(`A test has failed. What its stack kept: ${dataDir}, its logs: ${stack.logsDir}`);
      } else if (isWorker && options === undefined) spare.push(stack);
      else await end(stack);
    },
  };
}

let people = 0;
const somebody = (): string => `person-${++people}-${randomUUID().slice(0, 8)}@example.com`;

/** One client and their booking. */
export class Client {
  readonly world: World;
  readonly email: string;
  id = "";

  constructor(world: World, email = somebody()) {
    this.world = world;
    this.email = email;
  }

  token(): Promise<string> {
    return this.world.token("client", this.email);
  }

  async quote(cohortId: string, kind = "deposit_and_balance"): Promise<string> {
    const body = { cohortId, placeType: "private", plan: { kind } };
    return (await this.world.must<{ id: string }>("POST", "/v1/quotes", { body })).id;
  }

  async tryHold(quoteId: string, key: string = randomUUID()) {
    const body = { quoteId, participant: participantBody(this.email) };
    return this.world.api<Booking & Problem>("POST", "/v1/bookings", { token: await this.token(), key, body });
  }

  async hold(cohortId: string, kind?: string): Promise<Booking> {
    const held = await this.tryHold(await this.quote(cohortId, kind));
    if (held.status !== 201) throw new Error(`the hold was refused: ${JSON.stringify(held.body)}`);
    this.id = held.body.id;
    return held.body;
  }

  async sign(autopay = false): Promise<Booking> {
    const token = await this.token();
    const { hash } = await this.world.must<{ hash: string }>("GET", `${this.path}/agreement`, { token });
    const body = { hash, signature: "Sample Person", accepted: true, autopay };
    return this.world.must<Booking>("POST", `${this.path}/agreement`, { token, body });
  }

  get path(): string {
    return `/v1/bookings/${this.id}`;
  }

  async tryCheckout(body: Json = { purpose: "deposit" }, key: string = randomUUID()) {
    const token = await this.token();
    type Page = { url: string; sessionId: string; expiresAt: string };
    return this.world.api<Page & Problem>("POST", `${this.path}/checkout`, { token, key, body });
  }

  async checkout(body?: Json): Promise<string> {
    const opened = await this.tryCheckout(body);
    if (opened.status !== 200) throw new Error(`the checkout was refused: ${JSON.stringify(opened.body)}`);
    return opened.body.sessionId;
  }

  async payOn(sessionId: string, paymentMethod = "pm_card_visa") {
    const path = `/_sim/checkout/${sessionId}/payment`;
    return (
      await this.world.sim<{ status: string; declineCode?: string; paymentIntent?: string }>("POST", path, {
        paymentMethod,
      })
    ).body;
  }

  /** Pays the deposit, or another due, on Stripe's page, and waits until all events are handled. */
  async pay(paymentMethod?: string, body?: Json): Promise<string> {
    const sessionId = await this.checkout(body);
    const { status } = await this.payOn(sessionId, paymentMethod);
    await this.world.quiesce();
    return status;
  }

  async evaluate(kind: "medical" | "psychiatric", outcome = "cleared", more: Json = {}) {
    const token = await this.world.token("clinician", `${kind}@example.com`);
    const path = `/v1/screenings/${this.id}/evaluations`;
    const answer = await this.world.api<Problem & { clearance: Booking["clearance"] }>("POST", path, {
      token,
      body: { kind, outcome, ...more },
    });
    await this.world.quiesce();
    return answer;
  }

  async clear(): Promise<void> {
    await this.evaluate("medical");
    await this.evaluate("psychiatric");
  }

  async read(): Promise<Booking> {
    return this.world.must<Booking>("GET", this.path, { token: await this.token() });
  }

  async tryCancel(role: "client" | "admin" = "client", key: string = randomUUID()) {
    const token = role === "client" ? await this.token() : await this.world.token("admin");
    const body = { reason: "Sample reason" };
    return this.world.api<Booking & Problem>("POST", `${this.path}/cancellation`, { token, key, body });
  }

  /** Cancels, and waits until all events are handled. */
  async cancel(role?: "client" | "admin") {
    const answer = await this.tryCancel(role);
    await this.world.quiesce();
    return answer;
  }

  /** Held, signed, paid. */
  async deposit(cohortId: string, kind?: string): Promise<Booking> {
    await this.hold(cohortId, kind);
    await this.sign();
    await this.pay();
    return this.read();
  }

  /** Held, signed, paid, cleared: confirmed. */
  async confirm(cohortId: string, kind?: string): Promise<Booking> {
    await this.deposit(cohortId, kind);
    await this.clear();
    return this.read();
  }
}

/** A client who has held a place and signed the agreement. */
export async function signedClient(world: World, cohortId: string, kind?: string): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, kind);
  await client.sign();
  return client;
}
