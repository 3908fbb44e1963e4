import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { synthesize } from "../../scripts/synthesize.ts";
import { type Addresses, type Answer, type Client, connect, openCohort, participantBody } from "../harness/http.ts";
import { seeded } from "../harness/store.ts";
import { type Dump, dump } from "./dump.ts";
import { always, breaches, stripePostedOnce } from "./invariants.ts";

export type CrashOptions = {
  bookings: number;
  kills: number;
  seed: number;
  /** The share of writes after which the process of the handler that made them ends, before it hears of them. */
  crashAfter?: number;
};

/** How it went. `cutOff` counts requests that were under way when a kill came; each was repeated under its own key. */
export type CrashResult = {
  seed: number;
  kills: number;
  promises: number;
  cutOff: number;
  statuses: Record<string, number>;
  breaches: string[];
};

type Request = { what: string; role: string; email: string; path: string; body: object; key: string };
/** What was answered 2xx, and must be true for ever (I10). */
type Kept = { request: Request; answer: Answer };

/**
 * Walks bookings through the stack while it is killed (SIGKILL of its whole process group) and started again at random
 * moments. In the end every 2xx answer must be true and be given again, and every invariant must hold.
 */
export async function crashes({ bookings, kills, seed, crashAfter = 0 }: CrashOptions): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), "clearing-crash-"));
  const house = await mortalStack(folder);
  const random = seeded(seed);
  const life = { kills: 0, cutOff: 0, done: false };
  try {
    const cohorts: string[] = [];
    for (let count = 0; count < bookings; count += 40) {
      cohorts.push((await openCohort(house.client(), { count: 50 })).id);
    }
    if (crashAfter > 0) {
      await house.client().fault({ target: "dynamodb", kind: "crash_after", rate: crashAfter, seed });
    }
    const kept: Kept[] = [];
    const walks = Array.from({ length: bookings }, async (_, index) => {
      // Some are at every point of their walk whenever a kill comes.
      while (life.kills < Math.floor((index * kills) / bookings)) await sleep(20);
      await walk(house, { index, cohortId: cohorts[index % cohorts.length] ?? "", seed, kept, life });
    });
    const killer = async () => {
      while (life.kills < kills) {
        await sleep(150 + random() * 900);
        await house.kill();
        life.kills++;
        await house.start();
      }
    };
    await Promise.all([killer(), ...walks]);
    const client = house.client();
    await client.clearFaults();
    await client.advance("PT20M");
    await client.quiesce();
    const found = await dump(client);
    const again = await repeated(client, kept);
    await client.quiesce();
    const after = await dump(client);
    const statuses: Record<string, number> = {};
    for (const { status } of found.bookings) statuses[status] = (statuses[status] ?? 0) + 1;
    return {
      seed,
      kills,
      promises: kept.length,
      cutOff: life.cutOff,
      statuses,
      breaches: [
        ...breaches(after, [...always, stripePostedOnce]),
        ...kept.flatMap((one) => untrue(one, found)),
        ...again,
        ...changedBy(found, after),
      ],
    };
  } finally {
    await house.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

type House = { client(): Client; start(): Promise<void>; kill(): Promise<void> };

/** A stack in a child process with its own process group, always on the same ports and data. */
async function mortalStack(folder: string): Promise<House> {
  const templateDir = await synthesize(() => {});
  const [port, stripePort] = await freePorts();
  const runner = join(import.meta.dirname, "crash-runner.ts");
  const parameters = [runner, templateDir, join(folder, "data"), String(port), String(stripePort)];
  let child: ChildProcess | undefined;
  let client: Client | undefined;
  const house: House = {
    client() {
      if (client === undefined) throw new Error("the stack has not been started");
      return client;
    },
    async start() {
      const started = spawn(process.execPath, parameters, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
      child = started;
      const [line] = (await Promise.race([
        once(createInterface(started.stdout), "line"),
        once(started, "exit").then(([code]) => Promise.reject(new Error(`the stack ended with ${code} at its start`))),
      ])) as [string];
      client = connect(JSON.parse(line) as Addresses);
    },
    async kill() {
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      process.kill(-child.pid, "SIGKILL");
      await ended;
    },
  };
  await house.start();
  return house;
}

async function freePorts(): Promise<number[]> {
  const servers = [createServer(), createServer()];
  const ports = [];
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    ports.push(typeof address === "object" && address ? address.port : 0);
  }
  for (const server of servers) server.close();
  return ports;
}

type Life = { kills: number; cutOff: number };
type Walk = { index: number; cohortId: string; seed: number; kept: Kept[]; life: Life };

/** One participant's way from the quote to the confirmation, or to a cancellation. */
async function walk(house: House, { index, cohortId, seed, kept, life }: Walk): Promise<void> {
  const random = seeded(seed * 1_000 + index);
  const email = `walker-${seed}-${index}@example.com`;
  const pause = () => sleep(random() * 200);
  const ask = async (what: string, role: string, who: string, path: string, body: object): Promise<Answer> => {
    await pause();
    const request = { what, role, email: who, path, body, key: `${what}-${seed}-${index}` };
    const answer = await untilAnswered(life, () => send(house.client(), request));
    if (answer.status < 300) kept.push({ request, answer });
    return answer;
  };
  const quote = await untilAnswered(life, () =>
    house.client().call("POST", "/v1/quotes", {
      body: { cohortId, placeType: "private", plan: { kind: index % 2 === 0 ? "full" : "deposit_and_balance" } },
    }),
  );
  const hold = { quoteId: quote.body.id, participant: participantBody(email) };
  const held = await ask("hold", "client", email, "/v1/bookings", hold);
  const path = `/v1/bookings/${held.body.id}`;
  const signature = { hash: held.body.agreement?.hash, signature: "Sample Person", accepted: true };
  await ask("sign", "client", email, `${path}/agreement`, signature);
  const page = await ask("checkout", "client", email, `${path}/checkout`, { purpose: "deposit" });
  await pause();
  const pay = { paymentMethod: "pm_card_visa" };
  await untilAnswered(life, () => house.client().sim("POST", `/_sim/checkout/${page.body.sessionId}/payment`, pay));
  if (random() < 0.2) {
    await ask("cancel", "client", email, `${path}/cancellation`, { reason: "changed plans" });
    return;
  }
  const screening = `/v1/screenings/${held.body.id}/evaluations`;
  const finding = (kind: string) => ({ kind, outcome: "cleared" });
  await ask("medical", "clinician", "doctor-a@example.com", screening, finding("medical"));
  await ask("psychiatric", "clinician", "doctor-b@example.com", screening, finding("psychiatric"));
}

async function send(client: Client, { role, email, path, body, key }: Request): Promise<Answer> {
  return client.call("POST", path, { token: await client.token(role, email), body, key });
}

const notYet = new Set(["conflict", "idempotency_in_progress"]);

/** Repeats a request, as a client would, until the stack is there to answer it. */
async function untilAnswered(life: Life, request: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await request().catch((error: { cause?: { code?: string } }) => {
      if (error.cause?.code !== "ECONNREFUSED") life.cutOff++;
      return null;
    });
    if (answer !== null && answer.status === 500) life.cutOff++;
    if (answer !== null && answer.status < 500 && !notYet.has(answer.body?.code)) return answer;
    if (tries === 400) throw new Error(`no answer after ${tries} tries: ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}

/** What an answer promised, and the tables do not hold. */
function untrue({ request: { what, email, path }, answer: { body, status } }: Kept, found: Dump): string[] {
  const claim = (holds: boolean | undefined) =>
    holds === true ? [] : [`I10: ${email}'s ${what} was answered ${status} and is not there: ${JSON.stringify(body)}`];
  switch (what) {
    case "hold":
      return claim(found.bookings.find(({ id }) => id === body.id)?.participant.email === email);
    case "sign":
      return claim(found.bookings.find(({ id }) => id === body.id)?.agreement.signedAt === body.agreement.signedAt);
    case "checkout":
      return claim(found.attempts.some(({ sessionId }) => sessionId === body.sessionId));
    case "cancel":
      return claim(found.bookings.find(({ id }) => id === body.id)?.status === "cancelled");
    default: {
      const bookingId = path.split("/")[3];
      const clearance = found.clearances.find((one) => one.bookingId === bookingId);
      return claim(clearance?.[what as "medical" | "psychiatric"]?.outcome === "cleared");
    }
  }
}

/** Each request that was answered 2xx is sent once more: it has to get the same answer, and no second effect. */
async function repeated(client: Client, kept: Kept[]): Promise<string[]> {
  const found: string[] = [];
  for (const { request, answer } of kept) {
    const again = await send(client, request);
    const replayed = again.headers.has("idempotent-replayed");
    const same = replayed && again.status === answer.status && sameJson(again.body, answer.body);
    if (!same) {
      const given = `${again.status} ${JSON.stringify(again.body)}${replayed ? "" : " (not replayed)"}`;
      found.push(`I10: ${request.email}'s ${request.what}, once ${JSON.stringify(answer.body)}, is now ${given}`);
    }
  }
  return found;
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Repetitions change nothing. */
function changedBy(before: Dump, after: Dump): string[] {
  const counts = ({ bookings, attempts, refunds, entries, audit }: Dump) =>
    JSON.stringify([bookings.length, attempts.length, refunds.length, entries.length, audit.length]);
  const twice = after.bookings.length - new Set(after.bookings.map(({ participant }) => participant.email)).size;
  return [
    ...(counts(before) === counts(after)
      ? []
      : [`I10: repetitions had effects: ${counts(before)} -> ${counts(after)}`]),
    ...(twice === 0 ? [] : [`I10: ${twice} requests made a second booking`]),
  ];
}
