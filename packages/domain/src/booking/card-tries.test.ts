import { describe, expect, test } from "vitest";
import { countedSince, mostFailedTries } from "./card-tries.ts";

describe("the failed tries of a card", () => {
  test("are at most 15, within the limits of the card networks", () => {
    expect(mostFailedTries).toBe(15);
  });

  test("count for 30 days", () => {
    expect(countedSince("2027-03-31T17:00:00Z")).toBe("2027-03-01T17:00:00Z");
  });
});
