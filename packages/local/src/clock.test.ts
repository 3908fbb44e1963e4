import { describe, expect, test } from "vitest";
import { afterDuration, createClock, instantOf } from "./clock.ts";
import { openDatabase } from "./data-folder.ts";

const start = Date.parse("2027-01-31T10:00:00Z");

describe("the clock", () => {
  test("continues with real time after a move, also after a restart", () => {
    const db = openDatabase(":memory:");
    let real = start;
    createClock(db, () => real).moveTo(start + 86_400_000);
    real += 5_000;
    expect(instantOf(createClock(db, () => real).now())).toBe("2027-02-01T10:00:05Z");
  });

  test("never goes back", () => {
    const clock = createClock(openDatabase(":memory:"), () => start);
    clock.moveTo(start - 1);
    expect(clock.now()).toBe(start);
  });

  test("a reset takes every move back, and forgets the listeners of the moves", () => {
    const clock = createClock(openDatabase(":memory:"), () => start);
    const moves: number[] = [];
    clock.onMove(() => moves.push(clock.now()));
    clock.moveTo(start + 86_400_000);
    clock.reset(start + 1_000);
    expect([clock.now(), moves]).toEqual([start + 1_000, [start + 86_400_000]]);
    clock.reset(0);
    expect(clock.now()).toBe(start);
  });

  test.each([
    ["P30D", "2027-03-02T10:00:00Z"],
    ["P1M", "2027-02-28T10:00:00Z"],
    ["P1Y", "2028-01-31T10:00:00Z"],
    ["P2W", "2027-02-14T10:00:00Z"],
    ["PT36H", "2027-02-01T22:00:00Z"],
    ["P1DT1M30S", "2027-02-01T10:01:30Z"],
  ])("%s later it is %s", (duration, expected) => {
    expect(instantOf(afterDuration(start, duration) ?? 0)).toBe(expected);
  });

  test.each(["30D", "P", "PT", "P-1D", "P1.5D", ""])("%j is not a duration", (text) => {
    expect(afterDuration(start, text)).toBeUndefined();
  });
});
