import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client } from "../harness/http.ts";
import { openStack, type RunningStack } from "./stack.ts";
import { faultKinds, lapsingStampede, stampede, type Wave } from "./stampede.ts";
import { weakened } from "./weaken.ts";

let stack: RunningStack;
let client: Client;
beforeAll(async () => {
  stack = await openStack();
  client = stack.client;
});
afterAll(() => stack?.stop());

const describeWave = ({ fates, wall }: Wave) => {
  const sorted = fates.map(({ took }) => took).sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
  const most = Math.max(...fates.map(({ calls }) => calls));
  return `${fates.length} contenders: ${Math.round(wall)} ms, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${most} calls`;
};

describe("a stampede for the last places (I1)", () => {
  // The bench has 500 contenders in each of these rounds.
  test("100 contenders fill 20 places, one each, and every other gets sold_out", async () => {
    const { ran, wrong } = await stampede(client, { contenders: 100, places: 20, seed: 1 });

    console.log(describeWave(ran));
    expect(wrong).toEqual([]);
  });

  test("control: without the condition on the place, the checker sees it sold twice", async () => {
    const control = await weakened(
      ["booking"],
      [
        {
          file: /packages\/store\/src\/place-claim\.ts$/,
          from: /\$\{isFreeNow\} AND (\$\{isForSale\} AND datesVersion)/,
          to: "$1",
        },
      ],
    );
    const weak = await openStack({ bundles: control.bundles });
    try {
      const { wrong } = await stampede(weak.client, { contenders: 60, places: 8, seed: 2 });

      expect(wrong).toEqual(
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
      const { ran, wrong } = await stampede(client, { contenders: 50, places: 8, seed: 3 }, { [kind]: 0.1 });

      console.log(`${kind}: ${describeWave(ran)}`);
      expect(wrong).toEqual([]);
    },
  );

  test("handlers that die after every tenth write give the same result", async () => {
    const { ran, wrong } = await stampede(client, { contenders: 12, places: 4, seed: 3 }, { crash_after: 0.1 });

    console.log(`crash_after: ${describeWave(ran)}`);
    expect(wrong).toEqual([]);
  });

  test("10 % faults of all kinds at once give the same result", async () => {
    const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0.1]));
    const { ran, wrong } = await stampede(client, { contenders: 50, places: 8, seed: 4 }, faults);

    console.log(`all kinds: ${describeWave(ran)}`);
    expect(wrong).toEqual([]);
  });

  test("30 % conflicts and 30 % throttling give the same result, within bounded calls", async () => {
    const faults = { conflict: 0.3, throttle: 0.3 };
    const { ran, wrong } = await stampede(client, { contenders: 50, places: 8, seed: 5 }, faults);

    console.log(`conflicts: ${describeWave(ran)}`);
    expect(wrong).toEqual([]);
  });

  test("with lapsing holds and changing capacity, no place is sold twice, and in the end every place is sold", async () => {
    const { wrong } = await lapsingStampede(client, { contenders: 40, places: 8, seed: 7 });

    expect(wrong).toEqual([]);
  });
});
