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
])("after %i failed tries a pause is %i ms at the most", (failedTries, longest) => {
  expect(pauseMs(failedTries, pauses, 1)).toBe(longest);
  expect(pauseMs(failedTries, pauses, 0.25)).toBe(longest / 4);
  expect(pauseMs(failedTries, pauses, 0)).toBe(0);
});
