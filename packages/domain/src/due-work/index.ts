import { type Instant, plusMinutes } from "../time/index.ts";

/** So many keys of each kind one run of the sweep hands out to a worker's queue at the most. */
const mostKeys = 10_000;

/** A queue with more messages than this is busy: what is due earliest mostly waits in it. */
const busyFrom = 1_000;

/** So many keys of each kind a busy queue is handed all the same, so that no kind waits for the backlog of another. */
const keysWhileBusy = 50;

/** How many keys of each kind one run hands out to a queue that holds so many messages. */
export const keysToHandOut = (messages: number): number => (messages > busyFrom ? keysWhileBusy : mostKeys);

/** So long a worker may take over one key. Meanwhile no other worker begins with it. */
export const trySeconds = 40;

/** So many tries of one deadline may end without a result, because the worker died, before it is postponed. */
const mostTries = 2;

/** Whether the try that begins now, counted from 1, is one too many for its deadline. */
export const isOneTryTooMany = (tries: number): boolean => tries > mostTries;

const longestWaitMinutes = 60;

/** When an item has its next turn after so many turns in vain, counted from 1: in 1, 2, 4, ... minutes, at most an hour. */
export const nextTurn = (vain: number, now: Instant): Instant =>
  plusMinutes(now, Math.min(longestWaitMinutes, 2 ** (vain - 1)));
