import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, place } from "../testing/retreat.ts";
import { plusSeconds } from "../time/index.ts";
import { mayRevive, mayReviveOn } from "./index.ts";

const signed = () => new Life(held()).sign().booking;
const { clearanceDeadline } = held().terms;

describe("late money", () => {
  test("brings a booking back until its cohort is sold no more", () => {
    expect(mayRevive(signed(), plusSeconds(clearanceDeadline, -1))).toBe(true);
    expect(mayRevive(signed(), clearanceDeadline)).toBe(false);
  });

  test("brings none back whose agreement is not signed as it is now", () => {
    const booking = signed();
    const changed = { ...booking, agreement: { ...booking.agreement, version: 2 } };

    expect(mayRevive(held(), held().createdAt)).toBe(false);
    expect(mayRevive(changed, booking.createdAt)).toBe(false);
  });

  test("finds a place of the dates that were agreed on, and of no others", () => {
    expect(mayReviveOn(signed(), place({ datesVersion: 1 }))).toBe(true);
    expect(mayReviveOn(signed(), place({ datesVersion: 2 }))).toBe(false);
  });
});
