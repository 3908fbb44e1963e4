import type { DatabaseSync } from "node:sqlite";
import { setting } from "./data-folder.ts";

/** The stack's clock: real time plus an offset that survives a restart, and only grows until a reset. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Moves to an instant. A past instant changes nothing. */
  moveTo(instant: number): void;
  /** The offset in milliseconds, in memory that worker threads share. */
  offset: SharedArrayBuffer;
  onMove(listener: () => void): void;
  /** Forgets every move and listener, and begins again at real time or, if that is later, at `notBefore`. */
  reset(notBefore: number): void;
};

export function createClock(db: DatabaseSync, real: () => number = Date.now): Clock {
  const kept = setting(db, "clockOffset");
  const shared = new SharedArrayBuffer(8);
  const offset = new Float64Array(shared);
  offset[0] = Number(kept.get() ?? 0);
  let listeners: (() => void)[] = [];
  const now = () => real() + (offset[0] ?? 0);
  const moveTo = (instant: number) => {
    if (instant <= now()) return;
    offset[0] = instant - real();
    kept.set(String(offset[0]));
    for (const listener of listeners) listener();
  };
  return {
    now,
    offset: shared,
    onMove: (listener) => listeners.push(listener),
    moveTo,
    reset(notBefore) {
      listeners = [];
      offset[0] = 0;
      moveTo(notBefore);
    },
  };
}

/** `2027-03-01T17:00:00Z`: whole seconds, as the product writes instants. */
export const instantOf = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

/**
 * The instant after an ISO 8601 duration (`P30D`, `PT36H`, `P1M`) from `start`, in UTC; undefined if the text is not a
 * duration. The end of a month is clamped: January 31st plus `P1M` is the last day of February.
 */
export function afterDuration(start: number, duration: string): number | undefined {
  const match =
    /^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(
      duration,
    );
  if (!match) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const date = new Date(start);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + (years ?? 0) * 12 + (months ?? 0));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  const wholeDays = (weeks ?? 0) * 7 + (days ?? 0);
  return date.getTime() + (((wholeDays * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
