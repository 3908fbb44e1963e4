import { setTimeout as sleep } from "node:timers/promises";
import { type Client, openCohort, participantBody } from "../harness/http.ts";
import { type Figure, inParallel, median, ms, percentile, perSecond } from "./measure.ts";
import { type Build, type BuildStack, otherBuild, thisBuild } from "./other-build.ts";

const atATime = 20;
/** 200 deposits in slices, between which two builds take turns. */
const slices = 4;
const slice = 50;

/**
 * How many deposits a second are settled, 20 clients at a time, each from its quote until its booking shows the deposit
 * as paid; with `before`, beside the build of that git ref, slice by slice.
 */
export async function settlingFigures({ before }: { before: string | undefined }): Promise<Figure[]> {
  const builds = before === undefined ? [thisBuild()] : [otherBuild(before), thisBuild()];
  try {
    const [first, second] = await inTurns(builds);
    if (first === undefined) return [];
    if (second === undefined) return [rateOf(first, "")];
    const ratio = median(second.rates.map((rate, index) => rate / (first.rates[index] ?? Number.NaN)));
    return [
      rateOf(first, ", the build of before"),
      rateOf(second, ""),
      {
        what: "deposits settled a second, against the build of before",
        value: ratio.toFixed(2),
        bound: { least: 1.8, ratio },
      },
    ];
  } finally {
    for (const build of builds) build.remove();
  }
}

type Settled = { rates: number[]; latencies: number[] };

function rateOf({ rates, latencies }: Settled, which: string): Figure {
  const [half, most] = [ms(percentile(latencies, 50)), ms(percentile(latencies, 95))];
  return {
    what: `${slices * slice} deposits settled, ${atATime} clients at a time${which}`,
    value: `${median(rates).toFixed(1)} a second, p50 ${half}, p95 ${most}`,
  };
}

async function inTurns(builds: readonly Build[]): Promise<Settled[]> {
  const stacks: BuildStack[] = [];
  try {
    for (const build of builds) stacks.push(await build.start());
    for (const { client } of stacks) await settleSlice(client, atATime);
    const settled = stacks.map((): Settled => ({ rates: [], latencies: [] }));
    for (let turn = 0; turn < slices; turn++) {
      for (const [index, { client }] of stacks.entries()) {
        const { seconds, latencies } = await settleSlice(client, slice);
        settled[index]?.rates.push(perSecond(slice, seconds));
        settled[index]?.latencies.push(...latencies);
      }
    }
    return settled;
  } finally {
    for (const stack of stacks) await stack.stop();
  }
}

let people = 0;

/** So many people pay a deposit, 20 at a time. What follows a settlement is waited for outside the time. */
async function settleSlice(client: Client, count: number) {
  const cohort = await openCohort(client, { count });
  const payers = await Promise.all(
    Array.from({ length: count }, async () => {
      const email = `settling-${++people}@example.com`;
      return { email, token: await client.token("client", email), cohortId: cohort.id };
    }),
  );
  await client.quiesce();
  const took = await inParallel(payers, atATime, (payer) => settleDeposit(client, payer));
  await client.quiesce();
  return took;
}

type Payer = { email: string; token: string; cohortId: string };

async function settleDeposit(client: Client, { email, token, cohortId }: Payer): Promise<void> {
  const plan = { kind: "deposit_and_balance" };
  const quote = await client.must("POST", "/v1/quotes", { body: { cohortId, placeType: "private", plan } });
  const { id } = await client.must("POST", "/v1/bookings", {
    token,
    key: `hold-${email}`,
    body: { quoteId: quote.id, participant: participantBody(email) },
  });
  const path = `/v1/bookings/${id}`;
  const { hash } = await client.must("GET", `${path}/agreement`, { token });
  const signed = { hash, signature: "Sample Person", accepted: true, autopay: false };
  await client.must("POST", `${path}/agreement`, { token, key: `sign-${email}`, body: signed });
  const body = { purpose: "deposit" };
  const { sessionId } = await client.must("POST", `${path}/checkout`, { token, key: `pay-${email}`, body });
  const paid = await client.sim("POST", `/_sim/checkout/${sessionId}/payment`, { paymentMethod: "pm_card_visa" });
  if (paid.status !== 200) throw new Error(`the payment answered ${paid.status}`);
  // As a browser does: Stripe's page leads back, and the client's page looks until the deposit is there.
  await client.call("GET", `/v1/checkout/return?session=${sessionId}`);
  await untilPaid(client, path, token);
}

const looks = 300;

async function untilPaid(client: Client, path: string, token: string): Promise<void> {
  for (let look = 0; look < looks; look++) {
    const { status } = await client.must("GET", path, { token });
    if (status === "awaiting_clearance") return;
    await sleep(100);
  }
  throw new Error(`${path} shows no deposit`);
}
