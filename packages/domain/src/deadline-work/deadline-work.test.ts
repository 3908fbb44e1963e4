import { expect, test } from "vitest";
import { isOneTurnTooMany, keysToHandOut, nextTurn } from "./index.ts";

test.each([
  [0, 10_000],
  [1_000, 10_000],
  [1_001, 50],
  [50_000, 50],
])("a queue of %i messages gets %i keys of each kind", (messages, keys) => {
  expect(keysToHandOut(messages)).toBe(keys);
});

test.each([
  [1, false],
  [2, false],
  [3, true],
])("turn %i of one deadline is over the limit: %s", (turns, tooMany) => {
  expect(isOneTurnTooMany(turns)).toBe(tooMany);
});

test.each([
  [1, "2027-01-01T00:01:00Z"],
  [2, "2027-01-01T00:02:00Z"],
  [6, "2027-01-01T00:32:00Z"],
  [7, "2027-01-01T01:00:00Z"],
  [40, "2027-01-01T01:00:00Z"],
])("after %i failed turns the next one is at %s", (vain, at) => {
  expect(nextTurn(vain, "2027-01-01T00:00:00Z")).toBe(at);
});
