import { plusSeconds } from "@clearing/domain/time";
import { postpone, reachedDeadlines } from "@clearing/store/deadlines";
import type { DeadlineKind } from "@clearing/store/keys";
import type { Key } from "@clearing/store/read";
import type { Deps } from "./deps.ts";

/** The result of a piece of work; `reason` tells why it is left for later. */
export type Done = { ok: true } | { ok: false; reason: string };

/** A kind of deadline, and the work on an item that has reached it. */
export type DeadlineWork = { kind: DeadlineKind; act(key: Key): Promise<Done> };

/**
 * A run starts nothing after this many seconds: a function that runs each minute has 55, and one item can take 20 of
 * them.
 */
const runSeconds = 30;

/**
 * Works on items whose deadline was reached, earliest first within each kind and one of each kind in turn, so that no
 * kind waits for another. An item whose deadline is unchanged afterwards is postponed, longer each time, so that it
 * blocks no other. The next run continues where this one ran out of time.
 */
export async function workOff(deps: Deps, works: readonly DeadlineWork[]): Promise<void> {
  const now = deps.clock.now();
  const end = plusSeconds(now, runSeconds);
  let turns = works.map(({ kind, act }) => ({
    kind,
    act,
    keys: reachedDeadlines(deps.store, kind, now)[Symbol.asyncIterator](),
  }));
  while (turns.length > 0) {
    const going: typeof turns = [];
    for (const turn of turns) {
      if (deps.clock.now() >= end) {
        deps.log.warn("out of time; the next run continues");
        return;
      }
      const next = await turn.keys.next();
      if (next.done === true) continue;
      await workOn(deps, turn, next.value);
      going.push(turn);
    }
    turns = going;
  }
}

/**
 * Does the work of one key and postpones an item whose deadline is unchanged afterwards, longer each time. Logs and
 * counts failures.
 */
export async function workOn(deps: Deps, { kind, act }: DeadlineWork, key: Key): Promise<void> {
  const item = `${key.pk} ${key.sk}`;
  try {
    const result = await act(key);
    if (!result.ok) deps.log.warn("item postponed", { item, reason: result.reason });
  } catch (error) {
    deps.log.error("item failed", error, { item });
    deps.log.metric("SweepFailures", 1, "Count");
  }
  await postpone(deps.store, kind, key, deps.clock.now());
}
