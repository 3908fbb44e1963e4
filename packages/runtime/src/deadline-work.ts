import { plusSeconds } from "@clearing/domain/time";
import { postpone, reachedDeadlines } from "@clearing/store/deadlines";
import type { DeadlineKind } from "@clearing/store/keys";
import type { Key } from "@clearing/store/read";
import type { Deps } from "./deps.ts";

/** How work ended: what is left for later says why. */
export type Done = { ok: true } | { ok: false; reason: string };

/** A kind of deadline, and what is done when one has come. */
export type DeadlineWork = { kind: DeadlineKind; act(key: Key): Promise<Done> };

/** A run begins nothing after this time: a function of each minute has 55 seconds, and one item may need 20 of them. */
const runSeconds = 30;

/**
 * Works off what is due, the earliest of each kind first and the kinds in turn, so that no kind waits for all of
 * another. What is still due after its turn, since it failed or nothing came of it, is postponed, longer each time: it
 * keeps no other from its turn. What the run has no time for is due again in the next one.
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
        deps.log.warn("run out of time; the next run continues");
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

/** Does the work of one key; what is still due after it is postponed, longer each time. Failures are logged and counted. */
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
