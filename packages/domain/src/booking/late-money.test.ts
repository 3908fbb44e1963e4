import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, place } from "../testing/retreat.ts";
import { plusSeconds } from "../time/index.ts";
import { mayRevive, mayReviveOn } from "./index.ts";

const signed = () => new Life(held()).sign().booking;
const { clearanceDeadline } = held().terms;

describe("late money", () => {
  test("revives a booking while its cohort is on sale", () => {
    expect(mayRevive(signed(), plusSeconds(clearanceDeadline, -1))).toBe(true);
    expect(mayRevive(signed(), clearanceDeadline)).toBe(false);
  });

  test("does not revive a booking whose current agreement is not signed", () => {
    const booking = signed();
    const changed = { ...booking, agreement: { ...booking.agreement, version: 2 } };

    expect(mayRevive(held(), held().createdAt)).toBe(false);
    expect(mayRevive(changed, booking.createdAt)).toBe(false);
  });

  test("needs a place with the dates of the agreement", () => {
    expect(mayReviveOn(signed(), place({ datesVersion: 1 }))).toBe(true);
    expect(mayReviveOn(signed(), place({ datesVersion: 2 }))).toBe(false);
  });
});
