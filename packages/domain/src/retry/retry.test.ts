import { expect, test } from "vitest";
import { pauseMs } from "./index.ts";

const pauses = { firstMs: 30, longestMs: 400 };

test.each([
  [1, 30],
  [2, 60],
  [3, 120],
  [4, 240],
  [5, 400],
  [60, 400],
])("after %i failed calls a pause is at most %i ms", (failedCalls, longest) => {
  expect(pauseMs(failedCalls, pauses, 1)).toBe(longest);
  expect(pauseMs(failedCalls, pauses, 0.25)).toBe(longest / 4);
  expect(pauseMs(failedCalls, pauses, 0)).toBe(0);
});

test.each([
  [0, 100],
  [0.5, 250],
  [1, 400],
])("a pause with a minimum is never shorter: with the chance %d it is %i ms", (chance, ms) => {
  expect(pauseMs(1, { leastMs: 100, firstMs: 400, longestMs: 400 }, chance)).toBe(ms);
});
