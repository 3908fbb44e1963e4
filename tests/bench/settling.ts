import { setTimeout as sleep } from "node:timers/promises";
import { type Client, openCohort } from "../harness/http.ts";
import { type Figure, inParallel, median, ms, percentile, perSecond } from "./measure.ts";
import { type Build, type BuildStack, otherBuild, thisBuild } from "./other-build.ts";
import { type Payer, payDeposit } from "./pay-deposit.ts";

const atATime = 20;
/** 200 deposits in slices, so that two builds can alternate. */
const slices = 4;
const slice = 50;

/**
 * How many deposits per second are settled, 20 clients at a time, each from its quote until its booking shows the
 * deposit as paid. With `before`, the build of that git ref is measured too, in alternating slices.
 */
export async function settlingFigures({ before }: { before: string | undefined }): Promise<Figure[]> {
  const builds = before === undefined ? [thisBuild()] : [otherBuild(before), thisBuild()];
  try {
    const [first, second] = await inTurns(builds);
    if (first === undefined) return [];
    if (second === undefined) return [rateOf(first, "")];
    const ratio = median(second.rates.map((rate, index) => rate / (first.rates[index] ?? Number.NaN)));
    return [
      rateOf(first, ", the earlier build"),
      rateOf(second, ""),
      {
        what: "deposits settled a second, against the earlier build",
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

/** Some clients pay a deposit, 20 at a time. The time does not include the effects of a settlement. */
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

async function settleDeposit(client: Client, payer: Payer): Promise<void> {
  const { id, sessionId } = await payDeposit(client, payer);
  // As in a browser: Stripe's page redirects to the return page, and the client polls until the deposit is paid.
  await client.call("GET", `/v1/checkout/return?session=${sessionId}`);
  await untilPaid(client, `/v1/bookings/${id}`, payer.token);
}

const looks = 300;

async function untilPaid(client: Client, path: string, token: string): Promise<void> {
  for (let look = 0; look < looks; look++) {
    const { status } = await client.must("GET", path, { token });
    if (status === "awaiting_clearance") return;
    await sleep(100);
  }
  throw new Error(`${path} does not show the paid deposit`);
}
