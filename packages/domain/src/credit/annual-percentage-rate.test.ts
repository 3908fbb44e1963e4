import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, addMonths } from "../time/index.ts";
import { annualPercentageRate, type CreditStreams, type Stream } from "./index.ts";

type Example = CreditStreams & { name: string; apr?: string; published?: string };

/** Examples of Appendix J with their published figures, and exact solutions of its general equation. */
const examples: Example[] = [
  {
    name: "12 CFR 1026 Appendix J (c)(1)(i)",
    advances: [{ date: "1978-01-10", amount: 500_000 }],
    payments: [{ date: "1978-02-10", amount: 23_000, count: 24, every: "month" }],
    apr: "9.685708",
    published: "9.69",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(1)(ii)",
    advances: [{ date: "1978-02-10", amount: 600_000 }],
    payments: [{ date: "1978-04-01", amount: 20_000, count: 36, every: "month" }],
    apr: "11.816508",
    published: "11.82",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(1)(iii)",
    advances: [{ date: "1978-02-23", amount: 500_000 }],
    payments: [{ date: "1978-03-01", amount: 21_917, count: 24, every: "half_month" }],
    apr: "10.337903",
    published: "10.34",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(2)(ii)",
    advances: [{ date: "1978-03-18", amount: 40_000 }],
    payments: [
      { date: "1978-04-20", amount: 3_950 },
      { date: "1978-05-18", amount: 3_831, count: 11, every: "four_weeks" },
    ],
    apr: "28.497940",
    published: "28.50",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(3)(i)",
    advances: [{ date: "1978-01-10", amount: 500_000 }],
    payments: [
      { date: "1978-02-10", amount: 23_000, count: 23, every: "month" },
      { date: "1980-01-10", amount: 28_000 },
    ],
    apr: "10.500469",
    published: "10.50",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(4)(ii)",
    advances: [{ date: "1978-01-10", amount: 800_000 }],
    payments: [
      { date: "1978-03-01", amount: 44_936 },
      { date: "1978-05-01", amount: 46_500, count: 18, every: "two_months" },
      { date: "1981-05-01", amount: 20_000 },
    ],
    apr: "7.301765",
    published: "7.30",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(5)(i): single payment, 255 days",
    advances: [{ date: "1978-01-03", amount: 100_000 }],
    payments: [{ date: "1978-09-15", amount: 108_000 }],
    apr: "11.450980",
    published: "11.45",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(5)(iii): single payment, eighteen exact months",
    advances: [{ date: "1978-01-17", amount: 100_000 }],
    payments: [{ date: "1979-07-17", amount: 113_519 }],
    apr: "8.757047",
    published: "8.76",
  },
  {
    name: "24 months after an odd first period",
    advances: [{ date: "2027-01-04", amount: 1_600_000 }],
    payments: [{ date: "2027-02-15", amount: 73_800, count: 24, every: "month" }],
    apr: "9.662313",
  },
  {
    name: "11 months and a balloon",
    advances: [{ date: "2027-03-01", amount: 1_250_000 }],
    payments: [
      { date: "2027-04-01", amount: 90_000, count: 11, every: "month" },
      { date: "2028-03-01", amount: 350_000 },
    ],
    apr: "11.175110",
  },
  {
    name: "two advances",
    advances: [
      { date: "2027-01-01", amount: 500_000 },
      { date: "2027-03-01", amount: 500_000 },
    ],
    payments: [{ date: "2027-04-01", amount: 88_000, count: 12, every: "month" }],
    apr: "8.796783",
  },
  {
    name: "no finance charge",
    advances: [{ date: "2027-01-10", amount: 600_000 }],
    payments: [{ date: "2027-02-10", amount: 100_000, count: 6, every: "month" }],
    apr: "0.000000",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(1)(iv)",
    advances: [{ date: "1978-05-23", amount: 1_000_000 }],
    payments: [{ date: "1978-10-01", amount: 38_500, count: 40, every: "quarter" }],
    published: "8.97",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(1)(v)",
    advances: [{ date: "1978-03-20", amount: 50_000 }],
    payments: [{ date: "1978-04-21", amount: 1_760, count: 30, every: "week" }],
    published: "14.96",
  },
  {
    name: "12 CFR 1026 Appendix J (c)(3)(ii)",
    advances: [{ date: "1978-04-03", amount: 20_000 }],
    payments: [
      { date: "1978-04-11", amount: 950, count: 19, every: "two_weeks" },
      { date: "1979-01-02", amount: 3_000 },
    ],
    published: "12.22",
  },
];

const solved = (credit: CreditStreams) => {
  const answer = annualPercentageRate(credit);
  if (!answer.ok) throw new Error(answer.detail);
  return answer.figures;
};

describe("the annual percentage rate", () => {
  test.each(examples)("is the one of $name", ({ apr, published, ...credit }) => {
    const answer = solved(credit);

    if (apr !== undefined) expect(answer.apr).toBe(apr);
    if (published !== undefined) expect(Number(answer.apr).toFixed(2)).toBe(published);
  });

  test("comes with its sums", () => {
    const credit: CreditStreams = {
      advances: [{ date: "2027-01-01", amount: 500_000, count: 2, every: "two_months" }],
      payments: [{ date: "2027-04-01", amount: 88_000, count: 12, every: "month" }],
    };

    expect(solved(credit)).toMatchObject({
      apr: "8.796783",
      amountFinanced: 1_000_000,
      financeCharge: 56_000,
      totalOfPayments: 1_056_000,
      unitPeriod: "month",
      unitPeriodsPerYear: 12,
    });
  });

  test("of payments at the month's end counts whole months, however the dates are written", () => {
    const advances = [{ date: "2026-12-31", amount: 600_000 }];
    const monthEnds = ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"].map((day) => `2027-${day}`);
    const onFirsts = solved({
      advances: [{ date: "2026-12-01", amount: 600_000 }],
      payments: [{ date: "2027-01-01", amount: 103_000, count: 6, every: "month" }],
    });

    const stream = solved({ advances, payments: [{ date: "2027-01-31", amount: 103_000, count: 6, every: "month" }] });
    const alone = solved({ advances, payments: monthEnds.map((date) => ({ date, amount: 103_000 })) });

    expect(stream.apr).toBe(onFirsts.apr);
    expect(alone.apr).toBe(onFirsts.apr);
  });

  test.each(["01-29", "01-30", "01-31"])("of dues a month apart from %s counts whole months", (day) => {
    const quotedOn = `2027-${day}`;
    const dues = [1, 2, 3, 4].map((months) => ({ date: addMonths(quotedOn, months), amount: 260_000 }));
    const inWholeMonths = [1, 2, 3, 4].map((months) => ({ date: addMonths("2027-01-01", months), amount: 260_000 }));

    const { apr } = solved({ advances: [{ date: quotedOn, amount: 1_000_000 }], payments: dues });

    expect(apr).toBe(solved({ advances: [{ date: "2027-01-01", amount: 1_000_000 }], payments: inWholeMonths }).apr);
  });

  test("is the same for payments as a stream or listed by date", () => {
    const advances = [{ date: "2027-01-20", amount: 1_000_000 }];
    const halfMonths = ["02-05", "02-20", "03-05", "03-20", "04-05", "04-20"].map((day) => `2027-${day}`);
    const stream: Stream = { date: "2027-02-05", amount: 170_000, count: 6, every: "half_month" };

    const answer = solved({ advances, payments: [stream] });

    expect(answer).toMatchObject({ unitPeriod: "half_month", unitPeriodsPerYear: 24 });
    expect(answer).toEqual(solved({ advances, payments: halfMonths.map((date) => ({ date, amount: 170_000 })) }));
  });

  test("of semimonthly payments gives every payment the same odd days", () => {
    // From 10 January, both pairs of days are 6 days away from a whole number of half months.
    const rate = 0.005;
    const worth = [1, 2, 3, 4].reduce((sum, whole) => sum + 1 / ((1 + (6 / 15) * rate) * (1 + rate) ** whole), 0);
    const advances = [{ date: "2027-01-10", amount: Math.round(worth * 1e12) }];

    const { apr } = solved({
      advances,
      payments: [{ date: "2027-02-01", amount: 1e12, count: 4, every: "half_month" }],
    });

    expect(apr).toBe((rate * 2_400).toFixed(6));
  });
});

describe("credit without an annual percentage rate", () => {
  const advance = { date: "2027-01-01", amount: 1_000_000 };
  const advances = [advance];
  const monthly: Stream = { date: "2027-02-01", amount: 90_000, count: 12, every: "month" };

  const unsolvable: [string, CreditStreams][] = [
    ["payments below the advances", { advances, payments: [{ ...monthly, count: 11 }] }],
    ["a payment on the day of the advance", { advances, payments: [{ ...advance, amount: 1_100_000 }] }],
    ["more paid on the first day than advanced", { advances, payments: [{ ...advance, amount: 1_000_001 }, monthly] }],
    ["a rate beyond any sense", { advances, payments: [{ date: "2027-01-02", amount: 2_000_000_000 }] }],
    [
      "payments that run ahead of a further advance",
      {
        advances: [
          { ...advance, amount: 100_000 },
          { date: "2027-03-01", amount: 132_000 },
        ],
        payments: [{ date: "2027-02-01", amount: 232_000 }],
      },
    ],
  ];
  test.each(unsolvable)("%s", (_, credit) => {
    expect(annualPercentageRate(credit)).toMatchObject({ ok: false, reason: "no_apr" });
  });

  test.each([
    [513, "614400.000000"],
    [1_000, "1198800.000000"],
  ])("one unit that is repaid with %i a month later has one, up to a rate of 1,000 a month", (amount, apr) => {
    const credit = { advances: [{ ...advance, amount: 1 }], payments: [{ date: "2027-02-01", amount }] };

    expect(solved(credit).apr).toBe(apr);
    const beyond = { ...credit, payments: [{ date: "2027-02-01", amount: 1_002 }] };
    expect(annualPercentageRate(beyond)).toMatchObject({ ok: false, reason: "no_apr" });
  });

  test("a loan that is repaid before the next one is made does have one", () => {
    const again = {
      advances: [advance, { ...advance, date: "2027-03-01" }],
      payments: ["2027-02-01", "2027-04-01"].map((date) => ({ date, amount: 1_010_000 })),
    };

    expect(solved(again).apr).toBe("12.000000");
  });

  const invalid: [string, string, CreditStreams][] = [
    ["no advance", "advances", { advances: [], payments: [monthly] }],
    ["no payment", "payments", { advances, payments: [] }],
    ["more than 1,000 payments", "payments", { advances, payments: [{ ...monthly, count: 999 }, monthly] }],
    ["several payments without an interval", "payments.0.every", { advances, payments: [{ ...advance, count: 2 }] }],
    [
      "a payment before the first advance",
      "payments.0.date",
      { advances, payments: [{ ...monthly, date: "2026-12-31" }] },
    ],
    ["payments out of order", "payments.1.date", { advances, payments: [monthly, { ...monthly, date: "2027-01-31" }] }],
    [
      "advances out of order",
      "advances.1.date",
      { advances: [advance, { ...advance, date: "2026-12-31" }], payments: [monthly] },
    ],
    ["a date before 1900", "advances.0.date", { advances: [{ ...advance, date: "1899-12-31" }], payments: [monthly] }],
    ["a payment after more than 100 years", "payments", { advances, payments: [{ ...monthly, date: "2127-02-01" }] }],
    [
      "a stream of more than 100 years",
      "payments",
      { advances, payments: [{ ...monthly, count: 101, every: "year" }] },
    ],
    ["a unit-period without a name", "unitPeriod", { advances, payments: [monthly], unitPeriod: "13_months" }],
  ];
  test.each(invalid)("%s", (_, path, credit) => {
    expect(annualPercentageRate(credit)).toMatchObject({ ok: false, reason: "validation_failed", path });
  });
});

describe("for any credit", () => {
  const gaps = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 40 });

  test("the rate that generated the payments is found", () => {
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 0, max: 29 }),
        (months, rate, oddDays) => {
          const unitRate = rate / 1_200_000;
          const begins = "2027-01-01";
          const dates = months.map((_, index) => {
            const whole = months.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0);
            return { whole, date: addMonths(addDays(begins, oddDays), whole) };
          });
          const odd = 1 + (oddDays / 30) * unitRate;
          const worth = dates.reduce((sum, { whole }) => sum + 1 / (odd * (1 + unitRate) ** whole), 0);

          const { apr } = solved({
            advances: [{ date: begins, amount: Math.round(worth * 1e13) }],
            payments: dates.map(({ date }) => ({ date, amount: 1e13 })),
            unitPeriod: "month",
          });

          expect(Number(apr)).toBeCloseTo(unitRate * 1_200, 5);
        },
      ),
    );
  });

  const flows = fc.array(
    fc.record({ day: fc.integer({ min: 1, max: 3_000 }), amount: fc.integer({ min: 1, max: 10_000_000 }) }),
    { minLength: 1, maxLength: 60 },
  );
  const credits = fc.tuple(fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 5 }), flows).map(
    ([advanced, paid]): CreditStreams => ({
      advances: advanced.map((amount, index) => ({ date: addDays("2027-01-31", 20 * index), amount })),
      payments: paid
        .toSorted((a, b) => a.day - b.day)
        .map(({ day, amount }) => ({ date: addDays("2027-01-31", day), amount })),
    }),
  );
  const times = (streams: readonly Stream[], factor: number): Stream[] =>
    streams.map((stream) => ({ ...stream, amount: stream.amount * factor }));

  test("the unit of the amounts does not matter", () => {
    fc.assert(
      fc.property(credits, fc.integer({ min: 2, max: 1_000 }), ({ advances, payments }, factor) => {
        const scaled = annualPercentageRate({ advances: times(advances, factor), payments: times(payments, factor) });
        const answer = annualPercentageRate({ advances, payments });

        expect(scaled.ok).toBe(answer.ok);
        if (!scaled.ok || !answer.ok) return;
        const apr = Number(answer.figures.apr);
        const scaledApr = Number(scaled.figures.apr);
        expect(scaled.figures.unitPeriod).toBe(answer.figures.unitPeriod);
        expect(scaledApr / (apr + 1)).toBeCloseTo(apr / (apr + 1), 6);
      }),
    );
  });

  test("the result is a refusal or a rate of at least 0", () => {
    fc.assert(
      fc.property(credits, (credit) => {
        const answer = annualPercentageRate(credit);

        if (answer.ok) expect(answer.figures.apr).toMatch(/^\d+\.\d{6}$/);
        else expect(answer.reason).toBe("no_apr");
      }),
    );
  });
});
