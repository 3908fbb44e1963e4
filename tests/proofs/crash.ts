import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { sessionOf } from "@clearing/domain/booking";
import { synthesize } from "../../scripts/synthesize.ts";
import { freePorts } from "../harness/free-ports.ts";
import { type Addresses, type Answer, type Client, connect, openCohort, participantBody } from "../harness/http.ts";
import { seeded } from "../harness/store.ts";
import { type Dump, dump } from "./dump.ts";
import { always, breaches, stripePostedOnce } from "./invariants.ts";

export type CrashOptions = {
  bookings: number;
  seed: number;
  /** How often the whole stack is killed, each time during a request. */
  kills?: number;
  /**
   * Instead, bookings one after another. The process of each request's handler ends after its first write; that of any
   * other handler after this share of its writes.
   */
  handlersDie?: number;
  /** A folder of bundles that replace the product's, for a control. */
  bundles?: string;
};

/** The result. `cutOff` counts requests without an answer; each was repeated under the same key. */
export type CrashResult = {
  seed: number;
  kills: number;
  promises: number;
  cutOff: number;
  statuses: Record<string, number>;
  breaches: string[];
};

type Request = { what: string; role: string; email: string; path: string; body: object; key: string };
/** A request that was answered 2xx, whose answer must stay true (I10). */
type Kept = { request: Request; answer: Answer };

/**
 * Walks bookings through the stack while it is killed (SIGKILL to its process group) and restarted at random moments.
 * In the end every walk must be complete, every 2xx answer must be true and be replayed, and every invariant must hold.
 */
export async function crashes({ bookings, kills = 0, seed, handlersDie, bundles }: CrashOptions): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), "clearing-crash-"));
  const house = await mortalStack(folder, bundles);
  const random = seeded(seed);
  const life: Life = { kills: 0, cutOff: 0, answers: 0, underWay: 0, dying: false };
  const walked: Walked[] = [];
  try {
    const cohorts: string[] = [];
    for (let count = 0; count < bookings; count += 40) {
      cohorts.push((await openCohort(house.client(), { count: 50 })).id);
    }
    const kept: Kept[] = [];
    const walker = async (index: number) => {
      walked.push(
        await walk({ house, index, cohortId: cohorts[index % cohorts.length] ?? "", seed, kept, life, handlersDie }),
      );
    };
    if (handlersDie === undefined) {
      const walks = Array.from({ length: bookings }, async (_, index) => {
        // Spreads the walks over the kills, so that some are at every point whenever a kill comes, and some begin after
        // each.
        while (life.kills < Math.floor((index * kills) / bookings)) await sleep(20);
        await walker(index);
      });
      await Promise.all([killer(house, life, kills, random), ...walks]);
    } else {
      await house.client().fault({ target: "dynamodb", kind: "crash_after", rate: handlersDie, seed });
      for (let index = 0; index < bookings; index++) await walker(index);
    }
    const client = house.client();
    await client.clearFaults();
    await client.advance("PT20M");
    await client.quiesce();
    const found = await dump(client);
    const again = await repeated(client, kept);
    await client.quiesce();
    const after = await dump(client);
    return {
      seed,
      kills: life.kills,
      promises: kept.length,
      cutOff: life.cutOff,
      statuses: counted(found.bookings.map(({ status }) => status)),
      breaches: [
        ...walked.flatMap(({ refused }) => refused),
        ...unlike(walked, kept, found),
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

/** Requests under way and answers so far, so that a kill can come during a request. */
type Life = { kills: number; cutOff: number; answers: number; underWay: number; dying: boolean };

/** Kills and restarts the stack, each time some answers later, during a request. */
async function killer(house: House, life: Life, kills: number, random: () => number): Promise<void> {
  while (life.kills < kills) {
    const atLeast = life.answers + Math.floor(random() * 5);
    while (life.answers < atLeast) await sleep(2);
    do {
      while (life.underWay === 0) await sleep(1);
      await sleep(random() * 40);
    } while (life.underWay === 0);
    life.dying = true;
    await house.kill();
    life.kills++;
    await house.start();
    life.dying = false;
  }
}

type House = { client(): Client; start(): Promise<void>; kill(): Promise<void> };

/** A stack in a child process with a separate process group, always on the same ports and data. */
async function mortalStack(folder: string, bundles = ""): Promise<House> {
  const templateDir = await synthesize(() => {});
  const [port, stripePort] = await freePorts(2);
  const runner = join(import.meta.dirname, "crash-runner.ts");
  const parameters = [runner, templateDir, join(folder, "data"), String(port), String(stripePort), bundles];
  let child: ChildProcess | undefined;
  let client: Client | undefined;
  const house: House = {
    client() {
      if (client === undefined) throw new Error("the stack has not been started");
      return client;
    },
    async start() {
      const started = spawn(process.execPath, parameters, { detached: true, stdio: ["pipe", "pipe", "inherit"] });
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

type Walk = {
  house: House;
  index: number;
  cohortId: string;
  seed: number;
  kept: Kept[];
  life: Life;
  handlersDie: number | undefined;
};
/** The result of a walk: the expected status of its booking, its promises, and its refusals. */
type Walked = { email: string; status: "confirmed" | "cancelled"; promises: number; refused: string[] };

/** One participant's walk from the quote to the confirmation or, for every fifth, to a cancellation. */
async function walk({ house, index, cohortId, seed, kept, life, handlersDie }: Walk): Promise<Walked> {
  const random = seeded(seed * 1_000 + index);
  const email = `walker-${seed}-${index}@example.com`;
  const walked: Walked = { email, status: index % 5 === 1 ? "cancelled" : "confirmed", promises: 0, refused: [] };
  const pause = () => sleep(random() * 200);
  const answered = async (what: string, request: () => Promise<Answer>): Promise<Answer> => {
    await pause();
    const answer = await untilAnswered(life, request);
    if (answer.status >= 300) {
      const given = `${answer.status} ${JSON.stringify(answer.body)}`;
      walked.refused.push(`${email}'s ${what} was refused, and the walk plans no refusal: ${given}`);
    }
    return answer;
  };
  const ask = async (what: string, role: string, who: string, path: string, body: object): Promise<Answer> => {
    const request = { what, role, email: who, path, body, key: `${what}-${seed}-${index}` };
    if (handlersDie !== undefined) await dieOnce(house.client(), life, request);
    const answer = await answered(what, () => send(house.client(), request));
    walked.promises++;
    if (answer.status < 300) kept.push({ request, answer });
    return answer;
  };
  const quote = await answered("quote", () =>
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
  const paid = await answered("payment", () =>
    house.client().sim("POST", `/_sim/checkout/${page.body.sessionId}/payment`, { paymentMethod: "pm_card_visa" }),
  );
  if (paid.body.status !== "succeeded") walked.refused.push(`${email}'s payment: ${JSON.stringify(paid.body)}`);
  if (walked.status === "cancelled") {
    await ask("cancel", "client", email, `${path}/cancellation`, { reason: "changed plans" });
    return walked;
  }
  const screening = `/v1/screenings/${held.body.id}/evaluations`;
  const finding = (kind: string) => ({ kind, outcome: "cleared" });
  await ask("medical", "clinician", "doctor-a@example.com", screening, finding("medical"));
  await ask("psychiatric", "clinician", "doctor-b@example.com", screening, finding("psychiatric"));
  return walked;
}

async function send(client: Client, { role, email, path, body, key }: Request): Promise<Answer> {
  return client.call("POST", path, { token: await client.token(role, email), body, key });
}

/** The function that answers each request of a walk. */
const answering: Record<string, string> = {
  hold: "booking",
  sign: "booking",
  checkout: "checkout",
  cancel: "booking",
  medical: "clinical",
  psychiatric: "clinical",
};

/** A rate and a seed that strike the first write and almost never another one. */
const firstWrite = { rate: 1e-5, seed: 0 };
while (seeded(firstWrite.seed)() >= firstWrite.rate) firstWrite.seed++;

/** Sends a request whose handler's process ends after its first write: the write stays, but no answer comes. */
async function dieOnce(client: Client, life: Life, request: Request): Promise<void> {
  await client.fault({
    target: "dynamodb",
    kind: "crash_after",
    ...firstWrite,
    function: answering[request.what] ?? "",
  });
  const { status } = await send(client, request);
  if (status !== 500) throw new Error(`the handler of ${request.what} should have died, but answered ${status}`);
  life.cutOff++;
}

const notYet = new Set(["conflict", "idempotency_in_progress"]);

/** Repeats a request, as a client would, until the stack answers it. */
async function untilAnswered(life: Life, request: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const whole = !life.dying;
    if (whole) life.underWay++;
    const answer = await request().catch(() => null);
    if (whole) life.underWay--;
    // An answer of a dead handler counts as no answer.
    if (whole && (answer === null || answer.status === 500)) life.cutOff++;
    if (answer !== null && answer.status < 500 && !notYet.has(answer.body?.code)) {
      life.answers++;
      return answer;
    }
    if (tries === 400) throw new Error(`no answer after ${tries} tries: ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}

/** Differences from the expected results: the number of promises, or a booking's status. */
function unlike(walked: Walked[], kept: Kept[], found: Dump): string[] {
  const promises = walked.reduce((sum, one) => sum + one.promises, 0);
  const expected = new Map(walked.map(({ email, status }) => [email, status]));
  return [
    ...(kept.length === promises ? [] : [`${kept.length} requests of ${promises} were answered 2xx`]),
    ...(found.bookings.length === walked.length ? [] : [`${found.bookings.length} bookings of ${walked.length} walks`]),
    ...found.bookings.flatMap(({ participant: { email }, status }) =>
      status === expected.get(email) ? [] : [`${email}'s walk leads to ${expected.get(email)}, and ended ${status}`],
    ),
  ];
}

function counted(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** An answer's promise that the tables do not contain. */
function untrue({ request: { what, email, path }, answer: { body, status } }: Kept, found: Dump): string[] {
  const claim = (holds: boolean | undefined) =>
    holds === true ? [] : [`I10: ${email}'s ${what} was answered ${status} and is not there: ${JSON.stringify(body)}`];
  switch (what) {
    case "hold":
      return claim(found.bookings.find(({ id }) => id === body.id)?.participant.email === email);
    case "sign":
      return claim(found.bookings.find(({ id }) => id === body.id)?.agreement.signedAt === body.agreement.signedAt);
    case "checkout":
      return claim(found.attempts.some((attempt) => sessionOf(attempt) === body.sessionId));
    case "cancel":
      return claim(found.bookings.find(({ id }) => id === body.id)?.status === "cancelled");
    default: {
      const bookingId = path.split("/")[3];
      const clearance = found.clearances.find((one) => one.bookingId === bookingId);
      return claim(clearance?.[what as "medical" | "psychiatric"]?.outcome === "cleared");
    }
  }
}

/** Repeats each request that was answered 2xx: it must get the same answer and have no second effect. */
async function repeated(client: Client, kept: Kept[]): Promise<string[]> {
  const found: string[] = [];
  for (const { request, answer } of kept) {
    const again = await send(client, request);
    const replayed = again.headers.has("idempotent-replayed");
    if (!replayed || again.status !== answer.status || !sameJson(again.body, answer.body)) {
      const given = `${again.status} ${JSON.stringify(again.body)}${replayed ? "" : " (not replayed)"}`;
      found.push(`I10: ${request.email}'s ${request.what}, once ${JSON.stringify(answer.body)}, is now ${given}`);
    }
  }
  return found;
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Differences that the repetitions made; there must be none. */
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
