import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Client, openCohort, participantBody } from "../harness/http.ts";
import { seeded } from "../harness/store.ts";
import { dump } from "./dump.ts";
import { breaches, placesHeldOnce, placesNeverShared } from "./invariants.ts";

/** The result of one contender: `code` is `held` or the refusal; `calls` counts its requests. */
export type Fate = { code: string; calls: number; bookingId: string | null; email: string; took: number };

export type Wave = { fates: Fate[]; held: Fate[]; wall: number };

type Contender = { email: string; token: string; quoteId: string };

/** People with a token and a quote each, ready to book. */
export async function contendersFor(
  client: Client,
  { cohortId, count, tag }: { cohortId: string; count: number; tag: string },
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (let start = 0; start < count; start += 20) {
    const batch = Array.from({ length: Math.min(20, count - start) }, (_, index) => start + index);
    contenders.push(
      ...(await Promise.all(
        batch.map(async (number) => {
          const email = `${tag}-${number}@example.com`;
          const body = { cohortId, placeType: "private", plan: { kind: "deposit_and_balance" } };
          const [token, quote] = await Promise.all([
            client.token("client", email),
            client.must("POST", "/v1/quotes", { body }),
          ]);
          return { email, token, quoteId: quote.id as string };
        }),
      )),
    );
  }
  return contenders;
}

/** The answers that ask for the same request again. They are allowed only while faults are on. */
const tryAgain = new Set(["unavailable", "conflict"]);
/** Steady faults soon use up the SDK's retries, and then each fault reaches the client. */
const maxCalls = 20;

/**
 * All contenders request a place at the same moment. Each repeats its request under the same key while the answer asks
 * for a retry, up to a limit.
 */
export async function wave(client: Client, contenders: Contender[], seed: number, handlersDie = false): Promise<Wave> {
  const random = seeded(seed);
  const began = performance.now();
  const fates = await Promise.all(contenders.map((contender) => contend(client, contender, random, handlersDie)));
  return { fates, held: fates.filter(({ code }) => code === "held"), wall: performance.now() - began };
}

async function contend(
  client: Client,
  { email, token, quoteId }: Contender,
  random: () => number,
  handlersDie: boolean,
): Promise<Fate> {
  const began = performance.now();
  const request = { token, key: `hold-${email}`, body: { quoteId, participant: participantBody(email) } };
  for (let calls = 1; ; calls++) {
    const answer = await client.call("POST", "/v1/bookings", request);
    const code = answer.status === 201 ? "held" : codeOf(answer);
    // 500 is API Gateway's own answer if the handler's process died.
    const again = tryAgain.has(code) || (handlersDie && answer.status === 500);
    if (!again || calls === maxCalls) {
      return { code, calls, email, bookingId: answer.body?.id ?? null, took: performance.now() - began };
    }
    await sleep(random() * 100 * calls);
  }
}

const codeOf = ({ status, body }: Answer): string =>
  typeof body?.code === "string" ? body.code : `${status} ${JSON.stringify(body)}`;

/**
 * The faults between a handler and the store for `client.fault` that leave the handler alive. `crash_after` kills it,
 * and makes every handler run in separate processes. No claim reads an index, so stale indexes are left out.
 */
export const faultKinds = ["error", "timeout", "throttle", "conflict"];

type Size = { contenders: number; places: number; seed: number };

/**
 * One stampede for the places of a new cohort, under faults of these kinds and rates. Returns its result and what is
 * wrong.
 */
export async function stampede(
  client: Client,
  { contenders: count, places, seed }: Size,
  faults: Record<string, number> = {},
): Promise<{ ran: Wave; wrong: string[] }> {
  const { id: cohortId } = await openCohort(client, { count: places });
  const contenders = await contendersFor(client, { cohortId, count, tag: cohortId.slice(-8).toLowerCase() });
  for (const [kind, rate] of Object.entries(faults)) await client.fault({ target: "dynamodb", kind, rate, seed });
  const ran = await wave(client, contenders, seed, "crash_after" in faults).finally(() => client.clearFaults());
  const wrong = await judge(client, { cohortId, waves: [ran], places });
  return { ran, wrong: [...wrong, ...(ran.held.length === places ? [] : [`${ran.held.length} of ${places} won`])] };
}

/**
 * Three stampedes for the places of one cohort while it grows and shrinks and the holds of the previous one lapse, and
 * a last one in quiet. Returns the waves and what is wrong.
 */
export async function lapsingStampede(
  client: Client,
  { contenders, places, seed }: Size,
): Promise<{ waves: Wave[]; wrong: string[] }> {
  const { id: cohortId } = await openCohort(client, { count: places });
  const waves: Wave[] = [];
  const random = seeded(seed);
  const people = (round: string) => contendersFor(client, { cohortId, count: contenders, tag: `${round}-${places}` });
  for (let round = 1; round <= 3; round++) {
    const ready = await people(`lapsing-${round}`);
    const time = round === 1 ? Promise.resolve() : client.advance("PT31M");
    const [ran, , refused] = await Promise.all([wave(client, ready, round), time, resize(client, cohortId, random)]);
    waves.push(ran);
    if (refused.length > 0) return { waves, wrong: refused };
  }
  await client.advance("PT31M");
  waves.push(await wave(client, await people("lapsing-last"), seed));
  const idle = waves.flatMap(({ held }, round) => (held.length > 0 ? [] : [`nobody won in round ${round + 1}`]));
  return { waves, wrong: [...(await judge(client, { cohortId, waves, places: "as stored" })), ...idle] };
}

/** Grows and shrinks a cohort in small random steps. A step that finds too few free places removes none. */
async function resize(client: Client, cohortId: string, random: () => number): Promise<string[]> {
  const token = await client.token("admin", "admin@example.com");
  const answers: Answer[] = [];
  for (let step = 0; step < 6; step++) {
    const count = 1 + Math.floor(random() * 3);
    const body = { type: "private", count };
    const path = `/v1/cohorts/${cohortId}/places`;
    const grows = random() < 0.55;
    answers.push(
      grows
        ? await client.call("POST", path, { token, body, key: crypto.randomUUID() })
        : await client.call("DELETE", `${path}?type=private&count=${count}`, { token }),
    );
  }
  return answers
    .filter(({ status, body }) => status >= 300 && !["places_in_use", "conflict"].includes(body?.code))
    .map((answer) => `a change of capacity was answered ${codeOf(answer)}`);
}

/**
 * What is wrong after a stampede without releases: breaches of I1, a loser with an unexpected answer, a free place left
 * over, or a winner without a booking.
 */
export async function judge(
  client: Client,
  { cohortId, waves, places }: { cohortId: string; waves: Wave[]; places: number | "as stored" },
): Promise<string[]> {
  await client.quiesce();
  const found = await dump(client);
  const capacity = found.places.filter((place) => place.cohortId === cohortId).length;
  const fates = waves.flatMap((one) => one.fates);
  const live = found.bookings.filter(
    (booking) =>
      booking.cohortId === cohortId && booking.status === "held" && (booking.holdExpiresAt ?? "") > found.now,
  );
  const held = new Set(found.bookings.map(({ id }) => id));
  const { places: shown } = await client.must("GET", `/v1/cohorts/${cohortId}`);
  const [kind] = shown as { available: number; capacity: number }[];
  return [
    ...breaches(found, [placesHeldOnce, placesNeverShared]),
    ...fates
      .filter(({ code }) => code !== "held" && code !== "sold_out")
      .map(({ email, code }) => `${email} was answered ${code}`),
    ...fates
      .filter(({ bookingId, code }) => code === "held" && !held.has(bookingId ?? ""))
      .map(({ email, bookingId }) => `${email} was promised ${bookingId}, which does not exist`),
    ...(places === "as stored" || capacity === places ? [] : [`${capacity} places where ${places} were opened`]),
    ...(live.length === capacity ? [] : [`${live.length} of ${capacity} places are sold`]),
    ...(kind?.capacity === capacity && kind.available === 0 ? [] : [`the API shows ${JSON.stringify(kind)}`]),
  ];
}
