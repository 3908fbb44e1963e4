import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { untilCaught } from "../testing/until-caught.ts";
import {
  addDays,
  addMonths,
  dateIn,
  daysBetween,
  endOfDay,
  epochSeconds,
  hasCome,
  instantAt,
  instantOf,
  isCalendarDate,
  isInstant,
  isOfAge,
  isTimeZone,
  plusDays,
  plusHours,
  plusMinutes,
  secondsBetween,
  startOfDay,
} from "./index.ts";

const zones = [
  "America/New_York",
  "America/Denver",
  "Europe/Berlin",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/Sao_Paulo",
  "Pacific/Apia",
  "UTC",
] as const;

const dates = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays("2000-01-01", days));
const instants = fc.integer({ min: 946_684_800, max: 4_102_444_800 }).map((seconds) => instantOf(seconds * 1_000));

describe("instants", () => {
  test("are cut to whole seconds, in UTC", () => {
    expect(instantOf(Date.parse("2027-03-01T17:00:00.999Z"))).toBe("2027-03-01T17:00:00Z");
  });

  test("compare as text in the order of time", () => {
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        expect(a < b).toBe(Date.parse(a) < Date.parse(b));
      }),
    );
  });

  test("a day of 24 hours ends an hour later on the clock when daylight saving begins", () => {
    const noonBefore = instantAt("2027-03-13", "12:00", "America/New_York");

    expect(plusDays(noonBefore, 1)).toBe(plusHours(noonBefore, 24));
    expect(plusDays(noonBefore, 1)).toBe(instantAt("2027-03-14", "13:00", "America/New_York"));
    expect(plusMinutes("2027-12-31T23:59:30Z", 1)).toBe("2028-01-01T00:00:30Z");
  });
});

test("an instant must exist in the calendar and on the clock, in one notation", () => {
  expect(["2028-02-29T00:00:00Z", "9999-12-31T23:59:59Z"].every(isInstant)).toBe(true);
  const wrong = ["2026-13-01T00:00:00Z", "2027-02-29T00:00:00Z", "2027-03-01T24:00:00Z", "2027-03-01T00:60:00Z"];
  const unlike = ["2027-03-01", "2027-03-01T00:00:00", "2027-03-01T00:00:00.000Z", "2027-03-01T00:00:00+00:00", ""];
  expect([...wrong, ...unlike].filter(isInstant)).toEqual([]);
});

describe("calendar dates", () => {
  test("a month later is clamped to the month's end", () => {
    expect(addMonths("2027-01-31", 1)).toBe("2027-02-28");
    expect(addMonths("2028-01-31", 1)).toBe("2028-02-29");
    expect(addMonths("2027-08-31", 1)).toBe("2027-09-30");
    expect(addMonths("2028-02-29", 12)).toBe("2029-02-28");
  });

  test("months counted from one date keep its day; chained they would not", () => {
    expect([1, 2, 3].map((n) => addMonths("2027-01-31", n))).toEqual(["2027-02-28", "2027-03-31", "2027-04-30"]);
    expect(addMonths(addMonths("2027-01-31", 1), 1)).not.toBe(addMonths("2027-01-31", 2));
  });

  test("adding days and counting them are inverse", () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -4_000, max: 4_000 }), (date, days) => {
        expect(daysBetween(date, addDays(date, days))).toBe(days);
      }),
    );
  });

  test("are the only input of calculations: text that is no date or instant throws", () => {
    const wrong = ["", "tomorrow", "2027-13-01", "2027-03-32"];

    for (const text of wrong) {
      expect(() => addDays(text, 1), text).toThrow(RangeError);
      expect(() => addMonths(text, 1), text).toThrow(RangeError);
      expect(() => plusDays(text, 1), text).toThrow(RangeError);
      expect(() => daysBetween(text, "2027-03-01"), text).toThrow(RangeError);
      expect(() => daysBetween("2027-03-01", text), text).toThrow(RangeError);
    }
    expect(() => daysBetween("2027-03-01", "2027-03-02T17:00:00Z")).toThrow(RangeError);
  });

  test("must exist", () => {
    expect(["2028-02-29", "2027-12-31"].every(isCalendarDate)).toBe(true);
    expect(["2027-02-29", "2027-13-01", "2027-1-1", "2027-04-31", "20270401", "tomorrow"].some(isCalendarDate)).toBe(
      false,
    );
  });
});

describe("the years of four digits", () => {
  const dates = ["0000-01-01", "0000-12-31", "9999-01-01", "9999-12-31"];

  test("are never left by arithmetic, so that text compares as time", () => {
    for (const date of dates) {
      for (const step of [-3_000_000, -400, -1, 1, 400, 3_000_000]) {
        expect([addDays(date, step), addMonths(date, step)].every(isCalendarDate)).toBe(true);
        expect(addDays(date, step) < date).toBe(step < 0 && date !== "0000-01-01");
      }
      for (const zone of zones) {
        const instants = [startOfDay(date, zone), endOfDay(date, zone), instantAt(date, "12:00", zone)];
        expect(instants.filter((instant) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(instant))).toEqual([]);
        expect(startOfDay(date, zone) < endOfDay(date, zone)).toBe(true);
        expect(instants.map((instant) => isCalendarDate(dateIn(zone, instant)))).toEqual([true, true, true]);
      }
    }
  });

  test("end at their first and last instant", () => {
    expect(addDays("9999-12-31", 1)).toBe("9999-12-31");
    expect(addMonths("9999-12-31", 1)).toBe("9999-12-31");
    expect(addDays("0000-01-01", -1)).toBe("0000-01-01");
    expect(plusDays("9999-12-31T12:00:00Z", 1)).toBe("9999-12-31T23:59:59Z");
  });
});

describe("age", () => {
  test.each([
    ["on the birthday", "2009-03-01", "2027-03-01", true],
    ["on the day before", "2009-03-02", "2027-03-01", false],
    ["born on 29 February, on the 28th of a common year", "2008-02-29", "2026-02-28", false],
    ["born on 29 February, on 1 March of a common year", "2008-02-29", "2026-03-01", true],
    ["born on 29 February, on the 28th of a leap year", "2010-02-28", "2028-02-28", true],
    ["born on 28 February, on it", "2008-02-28", "2026-02-28", true],
    ["born at the end of time", "9999-12-31", "2027-03-01", false],
  ])("of 18 %s", (_, bornOn, on, expected) => {
    expect(isOfAge(bornOn, 18, on)).toBe(expected);
  });

  test("of 18 in the first years that can be written", () => {
    expect(["0018-01-01", "0017-12-31"].map((on) => isOfAge("0000-01-01", 18, on))).toEqual([true, false]);
  });

  test("of 20 for a person born on 29 February is reached on the 29th of a leap year", () => {
    expect(["2028-02-28", "2028-02-29"].map((on) => isOfAge("2008-02-29", 20, on))).toEqual([false, true]);
  });
});

describe("time zones", () => {
  test("are names of the IANA database; an offset is refused", () => {
    expect(zones.every(isTimeZone)).toBe(true);
    expect(["+01:00", "Mars/Olympus", "", "-05:00"].some(isTimeZone)).toBe(false);
  });

  test("one instant has different dates around the world", () => {
    const instant = "2027-06-01T23:30:00Z";

    expect(dateIn("America/New_York", instant)).toBe("2027-06-01");
    expect(dateIn("Asia/Kathmandu", instant)).toBe("2027-06-02");
    expect(dateIn("Pacific/Apia", instant)).toBe("2027-06-02");
  });

  test.each([
    ["America/New_York", "2027-03-14", 23],
    ["America/New_York", "2027-11-07", 25],
    ["Europe/Berlin", "2027-03-28", 23],
    ["Europe/Berlin", "2027-10-31", 25],
    ["Australia/Lord_Howe", "2027-04-04", 24.5],
    ["Australia/Lord_Howe", "2027-10-03", 23.5],
    ["Asia/Kathmandu", "2027-03-28", 24],
    ["America/Sao_Paulo", "2018-11-04", 23],
    ["America/Sao_Paulo", "2027-11-07", 24],
  ] as const)("in %s the day %s has %d hours", (zone, date, hours) => {
    const length = Date.parse(endOfDay(date, zone)) - Date.parse(startOfDay(date, zone));

    expect(length / 3_600_000).toBe(hours);
  });

  test("a day begins at 01:00 where daylight saving skips midnight", () => {
    expect(startOfDay("2018-11-04", "America/Sao_Paulo")).toBe("2018-11-04T03:00:00Z");
    expect(instantAt("2018-11-04", "01:00", "America/Sao_Paulo")).toBe("2018-11-04T03:00:00Z");
  });

  test("Kathmandu's day begins at 18:15 UTC the day before", () => {
    expect(startOfDay("2027-03-01", "Asia/Kathmandu")).toBe("2027-02-28T18:15:00Z");
  });

  test("the day that Samoa skipped has no length, and its neighbours meet", () => {
    expect(endOfDay("2011-12-29", "Pacific/Apia")).toBe("2011-12-30T10:00:00Z");
    expect(startOfDay("2011-12-31", "Pacific/Apia")).toBe("2011-12-30T10:00:00Z");
    expect(dateIn("Pacific/Apia", "2011-12-30T10:00:00Z")).toBe("2011-12-31");
  });

  test("a time that daylight saving skips moves forward, and of a repeated one the first counts", () => {
    expect(instantAt("2027-03-14", "02:30", "America/New_York")).toBe("2027-03-14T07:30:00Z");
    expect(instantAt("2027-11-07", "01:30", "America/New_York")).toBe("2027-11-07T05:30:00Z");
  });

  test("every date begins on itself and ends where the next begins, in every zone", () => {
    fc.assert(
      fc.property(dates, fc.constantFrom(...zones), (date, zone) => {
        fc.pre(!(zone === "Pacific/Apia" && date === "2011-12-30"));
        const start = startOfDay(date, zone);
        expect(dateIn(zone, start)).toBe(date);
        expect(dateIn(zone, plusMinutes(start, -1)) < date).toBe(true);
        expect(endOfDay(date, zone)).toBe(startOfDay(addDays(date, 1), zone));
      }),
    );
  });

  test("every instant lies within its own date, in every zone", () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
        const date = dateIn(zone, instant);
        expect(startOfDay(date, zone) <= instant && instant < endOfDay(date, zone)).toBe(true);
      }),
    );
  });

  test("control: taking the date from UTC is caught", () => {
    const check = fc.check(
      fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
        const date = instant.slice(0, 10);
        return startOfDay(date, zone) <= instant && instant < endOfDay(date, zone);
      }),
      untilCaught,
    );

    expect(check.failed).toBe(true);
  });
});

test("an instant has come at itself, and not a second before", () => {
  const now = "2027-01-04T17:00:00Z";

  expect(["2027-01-04T16:59:59Z", now, "2027-01-04T17:00:01Z"].map((instant) => hasCome(instant, now))).toEqual([
    true,
    true,
    false,
  ]);
});

describe("the seconds of an instant", () => {
  test("are whole seconds since the epoch", () => {
    expect(epochSeconds("1970-01-01T00:00:00Z")).toBe(0);
    expect(epochSeconds("2027-01-04T17:00:00Z")).toBe(1_799_082_000);
    expect(epochSeconds("2027-01-04T17:00:00.900Z")).toBe(1_799_082_000);
  });

  test("between two instants are negative if the second is earlier", () => {
    expect(secondsBetween("2027-01-04T17:00:00Z", "2027-01-04T17:01:01Z")).toBe(61);
    expect(secondsBetween("2027-01-04T17:01:01Z", "2027-01-04T17:00:00Z")).toBe(-61);
  });
});
