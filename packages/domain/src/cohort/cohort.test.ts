import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cohort, place, today } from "../testing/retreat.ts";
import { plusSeconds } from "../time/index.ts";
import { datesProblems } from "./dates.ts";
import {
  available,
  type Cohort,
  clearanceDeadline,
  cohortStatuses,
  complete,
  completesAt,
  isFree,
  isOnSale,
  mayBecome,
  mayChange,
  moveDates,
  newPlace,
  type Place,
  shrink,
  statusEvents,
} from "./index.ts";

const claimedUntil = (until: string) => place({ claim: { by: { kind: "booking", id: "bkg_9" }, until } });

describe("a cohort's dates", () => {
  const refusal = (startsOn: string, endsOn: string) => {
    const deadline = clearanceDeadline({ startsOn, timeZone: "America/Denver" }, 14);
    const [problem, ...more] = datesProblems(cohort({ startsOn, endsOn, ...deadline }), { days: 7 }, today);
    expect(more).toEqual([]);
    return problem === undefined ? null : `${problem.path}: ${problem.message}`;
  };

  test.each([
    ["as long as the program", "2027-03-08", "2027-03-14", null],
    [
      "a day too long",
      "2027-03-08",
      "2027-03-15",
      "endsOn: Must be 2027-03-14: the program lasts 7 days, counting the first day",
    ],
    [
      "a day too short",
      "2027-03-08",
      "2027-03-13",
      "endsOn: Must be 2027-03-14: the program lasts 7 days, counting the first day",
    ],
    [
      "that end before they start",
      "2027-03-14",
      "2027-03-08",
      "endsOn: Must be 2027-03-20: the program lasts 7 days, counting the first day",
    ],
    ["whose clearance deadline is today", "2027-01-18", "2027-01-24", null],
    [
      "whose clearance deadline was yesterday",
      "2027-01-17",
      "2027-01-23",
      "startsOn: Must be later: the clearance deadline for these dates has already passed",
    ],
    [
      "at the beginning of time",
      "0000-01-01",
      "0000-01-07",
      "startsOn: Must be later: the clearance deadline for these dates has already passed",
    ],
    ["ten years ahead", "2037-01-04", "2037-01-10", null],
    ["ten years and a day ahead", "2037-01-05", "2037-01-11", "startsOn: Must be at most 10 years from today"],
    ["500 years ahead", "2527-03-08", "2527-03-14", "startsOn: Must be at most 10 years from today"],
    ["at the end of time", "9999-12-31", "9999-12-31", "startsOn: Must be at most 10 years from today"],
  ])("%s: %s to %s is %s", (_, startsOn, endsOn, expected) => {
    expect(refusal(startsOn, endsOn)).toBe(expected);
  });
});

test("a cohort's dates are valid until their clearance deadline", () => {
  const { salesEndAt } = cohort();
  const problemsAt = (now: string) => datesProblems(cohort(), { days: 7 }, now).map(({ path }) => path);

  expect(problemsAt(plusSeconds(salesEndAt, -1))).toEqual([]);
  expect(problemsAt(salesEndAt)).toEqual(["startsOn"]);
});

describe("a cohort moved", () => {
  const { startsOn, endsOn, timeZone } = cohort();
  const moved = (to: Partial<Pick<Cohort, "startsOn" | "endsOn" | "timeZone">>) =>
    moveDates(cohort(), { startsOn, endsOn, timeZone, ...to }, 7);

  test.each([{ startsOn: "2027-03-09" }, { endsOn: "2027-03-15" }, { timeZone: "America/New_York" }])(
    "to %o has a new version of its dates, which its places carry",
    (to) => {
      expect(moved(to)).toMatchObject({ ...to, datesVersion: cohort().datesVersion + 1 });
      expect(newPlace(moved(to), { id: "plc_2", type: "private" })).toMatchObject({ datesVersion: 2 });
    },
  );

  test("to other dates has their clearance deadline, in its new time zone", () => {
    expect(moved({ startsOn: "2027-03-09" })).toMatchObject({ clearanceDeadlineOn: "2027-03-02" });
    expect(moved({ timeZone: "America/New_York" })).toMatchObject({ salesEndAt: "2027-03-02T05:00:00Z" });
  });

  test("to the same dates does not change, its deadline included", () => {
    expect(moved({})).toEqual(cohort());
  });
});

describe("a place", () => {
  test("is free again when its claim ends, before the sweep", () => {
    expect(isFree(claimedUntil(plusSeconds(today, 1)), today)).toBe(false);
    expect(isFree(claimedUntil(today), today)).toBe(true);
    expect(isFree(place({ takenBy: "bkg_9" }), today)).toBe(false);
    expect(isFree(place(), today)).toBe(true);
  });

  test("added to a cohort copies its sale, and is on sale only in an open one", () => {
    const joining = { id: "plc_2", type: "private" };
    const { salesEndAt, endsOn } = cohort();

    expect(newPlace(cohort(), joining)).toEqual(place({ id: "plc_2", salesEndAt, endsOn }));
    expect(newPlace(cohort({ status: "closed" }), joining).onSale).toBe(false);
    expect(newPlace(cohort(), { ...joining, queued: true }).queued).toBe(true);
  });

  const kept: [string, Partial<Place>][] = [
    ["is of another type", { type: "shared" }],
    ["is not on sale", { onSale: false }],
    ["is past the end of the sale", { salesEndAt: today }],
    ["has somebody waiting for its type", { queued: true }],
    ["is taken", { takenBy: "bkg_9" }],
    ["is claimed", { claim: { by: { kind: "booking", id: "bkg_9" }, until: plusSeconds(today, 60) } }],
  ];
  test.each(kept)("that %s is not available to a buyer", (_, changes) => {
    expect(available([place(), place(changes)], "private", today)).toBe(1);
  });
});

describe("shrinking a cohort", () => {
  const places = fc.array(
    fc.constantFrom(
      place(),
      place({ takenBy: "bkg_9" }),
      claimedUntil(plusSeconds(today, 60)),
      place({ type: "shared" }),
    ),
    { maxLength: 12 },
  );

  test("removes free places of that type only, the requested number or none", () => {
    fc.assert(
      fc.property(places, fc.nat(12), (all, count) => {
        const free = all.filter((one) => one.type === "private" && isFree(one, today));
        const shrunk = shrink({ cohort: cohort(), places: all }, "private", count, today);
        if (free.length < count) expect(shrunk).toMatchObject({ ok: false, reason: "places_in_use" });
        else expect(shrunk).toMatchObject({ ok: true, changed: free.slice(0, count) });
      }),
    );
  });

  test("may remove a free place that is not on sale", () => {
    const found = { cohort: cohort(), places: [place({ onSale: false })] };

    expect(shrink(found, "private", 1, today)).toMatchObject({ ok: true, places: [], changed: found.places });
  });
});

describe("the status of a cohort", () => {
  test("can be set by an admin only between open and closed", () => {
    const moves = cohortStatuses.flatMap((from) =>
      cohortStatuses.filter((to) => to !== from && mayBecome(from, to)).map((to) => `${from}>${to}`),
    );

    expect(moves).toEqual(["draft>open", "open>closed", "closed>open"]);
  });

  test("is on sale while open, until the end of the clearance deadline's day in its time zone", () => {
    const open = cohort();

    expect(open.salesEndAt).toBe("2027-02-23T07:00:00Z");
    expect(isOnSale(open, "2027-02-23T06:59:59Z")).toBe(true);
    expect(isOnSale(open, "2027-02-23T07:00:00Z")).toBe(false);
    expect(isOnSale(cohort({ status: "closed" }), today)).toBe(false);
  });

  test.each([
    ["Asia/Kathmandu", "2027-02-22T18:15:00Z"],
    ["Pacific/Apia", "2027-02-22T11:00:00Z"],
    ["America/New_York", "2027-02-23T05:00:00Z"],
  ])("in %s the sale ends at %s", (zone, end) => {
    expect(clearanceDeadline({ startsOn: "2027-03-08", timeZone: zone }, 14)).toEqual({
      clearanceDeadlineOn: "2027-02-22",
      salesEndAt: end,
    });
  });

  test("ends the sale at the new offset if daylight saving begins between deadline and start", () => {
    const dates = { startsOn: "2027-03-20", timeZone: "America/Denver" };

    expect(clearanceDeadline(dates, 7).salesEndAt).toBe("2027-03-14T07:00:00Z");
    expect(clearanceDeadline(dates, 6).salesEndAt).toBe("2027-03-15T06:00:00Z");
  });
});

describe("a cohort whose last day is over", () => {
  // Daylight saving begins in Denver on 14 March, the last day.
  const end = "2027-03-15T06:00:00Z";
  const before = "2027-03-15T05:59:59Z";

  test.each(["open", "closed"] as const)("is completed when it was %s, at midnight in its zone", (status) => {
    const running = cohort({ status });

    expect(completesAt(running)).toBe(end);
    expect(complete(running, before)).toBeNull();
    expect(complete(running, end)).toEqual({ ...running, status: "completed" });
  });

  test.each(["draft", "cancelled", "completed"] as const)("does not change if it was %s", (status) => {
    expect(completesAt(cohort({ status }))).toBeNull();
    expect(complete(cohort({ status }), end)).toBeNull();
  });

  test("can no longer be changed, whether or not it has been completed; a draft always can", () => {
    const changeable = (at: string) => cohortStatuses.filter((status) => mayChange(cohort({ status }), at));

    expect(changeable(before)).toEqual(["draft", "open", "closed"]);
    expect(changeable(end)).toEqual(["draft"]);
  });

  test("reports its completion, like its opening and closing", () => {
    const [draft, open, closed, completed] = (["draft", "open", "closed", "completed"] as const).map((status) =>
      cohort({ status, version: 7 }),
    ) as [Cohort, Cohort, Cohort, Cohort];
    const changes = [
      [draft, open],
      [open, closed],
      [closed, completed],
      [open, open],
      [draft, draft],
    ] as const;

    expect(changes.map(([from, to]) => statusEvents(from, to).map(({ name }) => name))).toEqual([
      ["CohortOpened"],
      ["CohortClosed"],
      ["CohortCompleted"],
      [],
      [],
    ]);
    expect(statusEvents(open, completed)[0]).toMatchObject({
      subject: { type: "cohort", id: "coh_1", version: 7 },
      data: { cohortId: "coh_1", programId: "prog_1", status: "completed" },
    });
  });
});
