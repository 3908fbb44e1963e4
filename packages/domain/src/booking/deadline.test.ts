import fc from "fast-check";
import { expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { cohort, held, program } from "../testing/retreat.ts";
import { addDays, instantAt } from "../time/index.ts";
import { nextDeadline } from "./index.ts";

const zone = "America/Denver";

/** A confirmed booking that is paid over a year, made once for all runs. */
const overAYear = (() => {
  const plans = [{ kind: "financed", months: 12, annualRate: "9.9900" } as const];
  const rules = {
    plans,
    lateCharge: { amount: 2_500, graceDays: 10 },
    nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 },
  };
  const on = { program: program(rules), cohort: cohort({ startsOn: "2027-12-06", endsOn: "2027-12-12" }) };
  return new Life(held("financed", on)).sign().pay("deposit").confirm().booking;
})();

/** The same booking, with these due dates. */
function owing(dates: number[]): Life {
  const dues = overAYear.dues.map((due, number) =>
    number === 0 ? due : { ...due, dueOn: addDays("2027-01-20", dates[number - 1] ?? number) },
  );
  return new Life({ ...overAYear, dues });
}

test("the next deadline of many dues is the earliest of any one of them", () => {
  const dates = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(dates, fc.integer({ min: 0, max: 300 }), (days, day) => {
      const life = owing(days).at(instantAt(addDays("2027-01-15", day), "11:00", zone));
      life.sweep();
      const { booking } = life;
      const alone = booking.dues.map((due) => nextDeadline({ ...booking, dues: [due] }, life.now));

      expect(nextDeadline(booking, life.now)).toBe(alone.filter((one) => one !== null).sort()[0] ?? null);
    }),
  );
});
