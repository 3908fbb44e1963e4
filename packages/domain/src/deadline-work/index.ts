import { type Instant, plusMinutes } from "../time/index.ts";

/** The most keys of each kind that one run of the sweep puts on a worker's queue. */
const maxKeys = 10_000;

/** A queue with more messages than this is busy: most of the earliest due keys are already in it. */
const busyFrom = 1_000;

/** How many keys of each kind a busy queue still receives, so that no kind waits for the backlog of another. */
const keysWhileBusy = 50;

/** How many keys of each kind one run puts on a queue that holds `messages`. */
export const keysToHandOut = (messages: number): number => (messages > busyFrom ? keysWhileBusy : maxKeys);

/** How long a worker may take for one key. No other worker starts on the key within that time. */
export const turnSeconds = 40;

/**
 * How many turns at one deadline may end without a result, because the worker died, before the deadline is postponed.
 */
const maxTurns = 2;

/** Whether the turn that begins now, counted from 1, exceeds the limit for its deadline. */
export const isOneTurnTooMany = (turns: number): boolean => turns > maxTurns;

const longestWaitMinutes = 60;

/**
 * When to work on an item again after `vain` failed turns, counted from 1: after 1, 2, 4, ... minutes, at most an hour.
 */
export const nextTurn = (vain: number, now: Instant): Instant =>
  plusMinutes(now, Math.min(longestWaitMinutes, 2 ** (vain - 1)));
