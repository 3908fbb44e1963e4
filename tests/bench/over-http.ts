import { openCohort, participantBody } from "../harness/http.ts";
import { startWorld } from "../harness/world.ts";
import { contendersFor, judge, wave } from "../proofs/stampede.ts";
import { type Figure, inParallel, ms, percentile, perSecond, rate } from "./measure.ts";

/** Holds and stampedes over HTTP, on the whole local stack, including all effects of a hold. */
export async function httpFigures(): Promise<Figure[]> {
  const world = await startWorld();
  try {
    const client = world.http;
    const figures: Figure[] = [];
    const cohorts = [];
    for (let index = 0; index < 8; index++) cohorts.push(await openCohort(world, { count: 50 }));
    const buyers = (
      await Promise.all(
        cohorts.map((cohort, index) => contendersFor(client, { cohortId: cohort.id, count: 50, tag: `b${index}` })),
      )
    ).flat();
    const hold = ({ email, token, quoteId }: (typeof buyers)[number]) =>
      client.must("POST", "/v1/bookings", {
        token,
        key: `hold-${email}`,
        body: { quoteId, participant: participantBody(email) },
      });
    await client.quiesce();
    await inParallel(buyers.slice(0, 60), 20, hold);
    await client.quiesce();
    const measured = await inParallel(buyers.slice(60), 20, hold);
    const each = `${rate(perSecond(buyers.length - 60, measured.seconds))}, p50 ${ms(percentile(measured.latencies, 50))}, p95 ${ms(percentile(measured.latencies, 95))}`;
    figures.push({ what: "holds over HTTP, 20 clients at a time", value: each });
    for (const contenders of [200, 500]) {
      const cohort = await openCohort(world, { count: 20 });
      const ready = await contendersFor(client, { cohortId: cohort.id, count: contenders, tag: `w${contenders}` });
      await client.quiesce();
      const outcome = await wave(client, ready, contenders);
      const wrong = await judge(client, { cohortId: cohort.id, waves: [outcome], places: 20 });
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
      const took = outcome.fates.map((fate) => fate.took);
      const value = `${(outcome.wall / 1000).toFixed(1)} s, p50 ${ms(percentile(took, 50))}, p95 ${ms(percentile(took, 95))}`;
      figures.push({ what: `${contenders} contenders for 20 places over HTTP`, value });
    }
    return figures;
  } finally {
    await world.stop();
  }
}
