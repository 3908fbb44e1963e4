import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, openCohort } from "../harness/http.ts";
import { seeded } from "../harness/store.ts";
import { openStack, type RunningStack } from "./stack.ts";
import { contendersFor, judge, type Wave, wave } from "./stampede.ts";
import { weakened } from "./weaken.ts";

const faultKinds = ["error", "timeout", "throttle", "conflict", "stale_index"];
let stack: RunningStack;
let client: Client;
beforeAll(async () => {
  stack = await openStack();
  client = stack.client;
});
afterAll(() => stack?.stop());

async function stampede(
  on: Client,
  { contenders: count, places, seed }: { contenders: number; places: number; seed: number },
) {
  const { id: cohortId } = await openCohort(on, { count: places });
  const contenders = await contendersFor(on, { cohortId, count, tag: cohortId.slice(-8).toLowerCase() });
  return { cohortId, run: () => wave(on, contenders, seed) };
}

const describeWave = ({ fates, wall }: Wave) => {
  const sorted = fates.map(({ took }) => took).sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
  const most = Math.max(...fates.map(({ tries }) => tries));
  return `${fates.length} contenders: ${Math.round(wall)} ms, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${most} tries`;
};

describe("a stampede for the last places (I1)", () => {
  test("500 contenders fill 20 places, one each, and every other gets a clean sold_out", async () => {
    const { cohortId, run } = await stampede(client, { contenders: 500, places: 20, seed: 1 });

    const ran = await run();

    console.log(describeWave(ran));
    expect(await judge(client, { cohortId, waves: [ran], places: 20 })).toEqual([]);
    expect(ran.held).toHaveLength(20);
  });

  test("control: without the condition on the place, the checker sees it sold twice", async () => {
    const control = await weakened(
      ["booking"],
      [
        {
          file: /packages\/store\/src\/place\.ts$/,
          from: /\$\{isFreeNow\} AND (\$\{isForSale\} AND endsOn)/,
          to: "$1",
        },
      ],
    );
    const weak = await openStack({ bundles: control.bundles });
    try {
      const { cohortId, run } = await stampede(weak.client, { contenders: 100, places: 8, seed: 2 });

      const ran = await run();

      const found = await judge(weak.client, { cohortId, waves: [ran], places: 8 });
      expect(found).toEqual(
        expect.arrayContaining([expect.stringMatching(/^I1: plc_\w+ is held by two live bookings$/)]),
      );
    } finally {
      await weak.stop();
      control.remove();
    }
  });

  test.each(faultKinds.map((kind) => ({ kind })))(
    "faults of kind $kind in every tenth call to the store end the same",
    async ({ kind }) => {
      const { cohortId, run } = await stampede(client, { contenders: 100, places: 8, seed: 3 });
      await client.fault({ target: "dynamodb", kind, rate: 0.1, seed: 3 });

      const ran = await run().finally(() => client.clearFaults());

      console.log(`${kind}: ${describeWave(ran)}`);
      expect(await judge(client, { cohortId, waves: [ran], places: 8 })).toEqual([]);
      expect(ran.held).toHaveLength(8);
    },
  );

  test("10 % faults of all kinds at once end the same", async () => {
    const { cohortId, run } = await stampede(client, { contenders: 100, places: 8, seed: 4 });
    for (const kind of faultKinds) {
      await client.fault({ target: "dynamodb", kind, rate: 0.1, seed: 4 });
    }

    const ran = await run().finally(() => client.clearFaults());

    console.log(`all kinds: ${describeWave(ran)}`);
    expect(await judge(client, { cohortId, waves: [ran], places: 8 })).toEqual([]);
    expect(ran.held).toHaveLength(8);
  });

  test("30 % conflicts and 30 % throttling end the same, within bounded tries", async () => {
    const { cohortId, run } = await stampede(client, { contenders: 100, places: 8, seed: 5 });
    await client.fault({ target: "dynamodb", kind: "conflict", rate: 0.3, seed: 5 });
    await client.fault({ target: "dynamodb", kind: "throttle", rate: 0.3, seed: 6 });

    const ran = await run().finally(() => client.clearFaults());

    console.log(`conflicts: ${describeWave(ran)}`);
    expect(await judge(client, { cohortId, waves: [ran], places: 8 })).toEqual([]);
    expect(ran.held).toHaveLength(8);
  });

  test("holds that lapse and capacity that grows and shrinks meanwhile sell no place twice, and in the end every place", async () => {
    const { id: cohortId } = await openCohort(client, { count: 8 });
    const waves: Wave[] = [];
    const random = seeded(7);

    for (let round = 1; round <= 3; round++) {
      const contenders = await contendersFor(client, { cohortId, count: 60, tag: `lapsing-${round}` });
      const time = round === 1 ? Promise.resolve() : client.advance("PT31M");
      const [ran] = await Promise.all([wave(client, contenders, round), time, resize(cohortId, random)]);
      waves.push(ran);
    }
    await client.advance("PT31M");
    const last = await wave(client, await contendersFor(client, { cohortId, count: 60, tag: "lapsing-last" }), 8);

    expect(await judge(client, { cohortId, waves: [...waves, last], places: "as stored" })).toEqual([]);
    expect(waves.every(({ held }) => held.length > 0)).toBe(true);
  });
});

/** Grows and shrinks a cohort in small random steps; a shrinking that meets too few free places removes none. */
async function resize(cohortId: string, random: () => number): Promise<void> {
  const token = await client.token("admin", "admin@example.com");
  for (let step = 0; step < 6; step++) {
    const count = 1 + Math.floor(random() * 3);
    const grows = random() < 0.55;
    const answer = grows
      ? await client.call("POST", `/v1/cohorts/${cohortId}/places`, {
          token,
          body: { type: "private", count },
          key: crypto.randomUUID(),
        })
      : await client.call("DELETE", `/v1/cohorts/${cohortId}/places?type=private&count=${count}`, { token });
    expect([200, 201, 204, "places_in_use", "conflict"]).toContain(answer.body?.code ?? answer.status);
  }
}
