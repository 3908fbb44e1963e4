import type { CardTry } from "@clearing/domain/booking";
import { plusDays } from "@clearing/domain/time";
import { countFailedTry } from "@clearing/store/card-tries";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collecting } from "../harness/collecting.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

type Life = Awaited<ReturnType<typeof collecting>>;

/** Bookings that collect their dues from one card, which each of them has saved, and which declines or works. */
async function ofOneCard(fingerprints: readonly string[], declines: string | null): Promise<Life[]> {
  const lives: Life[] = [];
  for (const [index, fingerprint] of fingerprints.entries()) {
    const life = await collecting(running.store, { id: `pm_${index}`, fingerprint });
    life.state.declines = declines;
    lives.push(life);
  }
  return lives;
}

/** Begins to collect all bookings' dues. */
const begin = (lives: Life[]) => Promise.all(lives.map((life) => life.begin()));

/** Works on the attempts in parallel, and again on those that had to wait. */
async function work(lives: Life[]): Promise<void> {
  for (let round = 0; round < 3; round++) await Promise.all(lives.map((life) => life.work()));
}

/** This many other tries of a card, begun at the same time as a booking's, have failed. */
async function failedBefore({ tries }: Life, fingerprint: string, count: number): Promise<void> {
  const [attempt] = await tries();
  for (let index = 0; index < count; index++) {
    await countFailedTry(running.store, { ...attempt, id: `att_${fingerprint}_${index}`, fingerprint } as CardTry);
  }
}

const asked = (lives: Life[]): number => lives.flatMap(({ intents }) => intents).length;

describe("the tries of one card over all bookings", () => {
  test("fail at most 15 times, also concurrently; the other dues are paid by link", async () => {
    const lives = await ofOneCard(["fp_a", "fp_a", "fp_a"], "insufficient_funds");
    await begin(lives);
    await failedBefore(lives[0] as Life, "fp_a", 14);

    await work(lives);

    expect(asked(lives)).toBe(1);
    for (const life of lives.filter(({ intents }) => intents.length === 0)) {
      expect(await life.balance()).toMatchObject({
        ...{ status: "action_required", openAttemptId: null, paid: 0 },
        tries: { failed: 1, lastFailure: "card_declined", stopped: "limit" },
      });
    }
  });

  test("control: fail more often if they are counted by the payment method's id", async () => {
    const lives = await ofOneCard(["pm_0", "pm_1", "pm_2"], "insufficient_funds");
    await begin(lives);
    await failedBefore(lives[0] as Life, "fp_b", 14);

    await work(lives);

    expect(asked(lives)).toBe(3);
  });

  test("wait for each other if only one more may fail, and no longer count once they succeed", async () => {
    const lives = await ofOneCard(["fp_c", "fp_c", "fp_c"], null);
    await begin(lives);
    await failedBefore(lives[0] as Life, "fp_c", 14);

    await work(lives);

    for (const life of lives) expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("count for 30 days", async () => {
    const [soon, later] = (await ofOneCard(["fp_d", "fp_d"], "do_not_honor")) as [Life, Life];
    await begin([soon]);
    await failedBefore(soon, "fp_d", 15);
    later.clock.now = plusDays(later.clock.now, 30);
    await begin([later]);

    await work([soon]);
    await work([later]);

    expect([soon, later].map(({ intents }) => intents.length)).toEqual([0, 1]);
  });

  test("keep their place while an answer is lost, and count once", async () => {
    const lives = await ofOneCard(["fp_e", "fp_e"], "do_not_honor");
    const [lost, waiting] = lives as [Life, Life];
    await begin(lives);
    await failedBefore(lost, "fp_e", 14);
    lost.state.losesAnswers = true;
    await work([lost]);

    await work([waiting]);
    expect(waiting.intents).toEqual([]);
    expect(await waiting.balance()).toMatchObject({ openAttemptId: expect.any(String) });
    lost.state.losesAnswers = false;
    await work(lives);

    expect(asked(lives)).toBe(1);
    expect(await lost.balance()).toMatchObject({ tries: { failed: 1 } });
    expect(await waiting.balance()).toMatchObject({ status: "action_required" });
  });
});
