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
  [1, 25, 75],
  [2, 50, 150],
  [3, 100, 300],
  [4, 150, 450],
  [60, 150, 450],
])("with a minimum, the pause after %i failed calls is %i to %i ms", (failedCalls, least, longest) => {
  const withMinimum = { leastMs: 25, firstMs: 75, longestMs: 450 };

  expect(pauseMs(failedCalls, withMinimum, 0)).toBe(least);
  expect(pauseMs(failedCalls, withMinimum, 0.5)).toBe((least + longest) / 2);
  expect(pauseMs(failedCalls, withMinimum, 1)).toBe(longest);
});
