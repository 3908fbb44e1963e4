import { type Client, openCohort, participantBody } from "../harness/http.ts";
import { type Figure, inParallel, perSecond, rate } from "./measure.ts";
import { type Build, type BuildStack, otherBuild, thisBuild } from "./other-build.ts";

const atATime = 20;
/** A cohort has at most 60 places. */
const cohortCount = 10;
const places = 50;
const holds = cohortCount * places;
const mostMinutes = 20;

/** Measures how the stack ends 500 holds that lapse at once; with `before`, also the build of that ref. */
export async function sweepingFigures({ before }: { before: string | undefined }): Promise<Figure[]> {
  const builds = before === undefined ? [thisBuild()] : [otherBuild(before), thisBuild()];
  try {
    const rates: number[] = [];
    for (const build of builds) rates.push(perSecond(holds, await secondsOf(build)));
    const [first, second] = rates;
    if (first === undefined) return [];
    const what = `${holds} lapsed holds, until all has followed`;
    if (second === undefined) return [{ what, value: rate(first) }];
    return [
      { what: `${what}, before`, value: rate(first) },
      { what, value: rate(second) },
      {
        what: "against the earlier build",
        value: (second / first).toFixed(2),
        bound: { least: 1, ratio: second / first },
      },
    ];
  } finally {
    for (const build of builds) build.remove();
  }
}

/** The time from the instant at which the holds lapse until the stack is idle. */
async function secondsOf(build: Build): Promise<number> {
  const stack = await build.start();
  try {
    await holdAll(stack);
    const { client } = stack;
    const lapsed = async () =>
      (await client.must<{ items: unknown[] }>("GET", "/_local/events?type=HoldExpired")).items.length;
    const began = performance.now();
    await client.advance("PT31M");
    // A sweep may leave some holds to the next one.
    for (let minute = 1; (await lapsed()) < holds; minute++) {
      if (minute === mostMinutes) throw new Error(`only ${await lapsed()} of ${holds} holds lapsed`);
      await client.advance("PT1M");
    }
    return (performance.now() - began) / 1_000;
  } finally {
    await stack.stop();
  }
}

async function holdAll({ client }: BuildStack): Promise<void> {
  const cohorts = [];
  for (let count = 0; count < cohortCount; count++) cohorts.push(await openCohort(client, { count: places }));
  const wanted = cohorts.flatMap(({ id }) => Array.from({ length: places }, () => id));
  let people = 0;
  await inParallel(wanted, atATime, (cohortId) => hold(client, cohortId, `bench-${++people}@example.com`));
  await client.quiesce();
}

async function hold(client: Client, cohortId: string, email: string): Promise<void> {
  const token = await client.token("client", email);
  const plan = { kind: "deposit_and_balance" };
  const quote = await client.must("POST", "/v1/quotes", { body: { cohortId, placeType: "private", plan } });
  const body = { quoteId: quote.id, participant: participantBody(email) };
  await client.must("POST", "/v1/bookings", { token, key: `hold-${email}`, body });
}
