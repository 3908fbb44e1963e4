import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import type { PlanKind } from "../plan/index.ts";
import type { Program } from "../program/index.ts";
import { cohort, program, quoted } from "../testing/retreat.ts";
import { addDays } from "../time/index.ts";
import { agreementDocument } from "./index.ts";

type Case = {
  name: string;
  kind: PlanKind;
  months?: number;
  now?: string;
  startsOn?: string;
  program?: Partial<Program>;
};

const financed = (annualRate: string, months = 36): Partial<Program> => ({
  plans: [{ kind: "financed", months, annualRate }],
});
const lateCharge = { amount: 2_500, graceDays: 10 };
const taxes: Program["taxes"] = [
  { id: "lodging", label: "Lodging tax", rate: "6.8750", appliesTo: ["place"] },
  { id: "city", label: "City tax", rate: "0.5000", appliesTo: ["place"] },
];
const yen = { currency: "jpy", placeTypes: [{ type: "private", price: 1_600_001 }] };

/** Plans of every kind of consumer credit, with unusual months, currencies, taxes and rates. */
const cases: Case[] = [
  { name: "financed-24", kind: "financed", months: 24, program: { ...financed("9.9900"), lateCharge } },
  { name: "financed-2", kind: "financed", months: 2, program: financed("17.5000") },
  { name: "financed-taxed", kind: "financed", months: 36, program: { ...financed("9.9900"), lateCharge, taxes } },
  {
    name: "financed-month-end",
    kind: "financed",
    months: 7,
    now: "2027-08-31T17:00:00Z",
    startsOn: "2028-05-01",
    program: financed("9.9900"),
  },
  { name: "financed-yen", kind: "financed", months: 11, program: { ...financed("4.2500"), ...yen } },
  { name: "financed-without-interest", kind: "financed", months: 6, program: financed("0.0000") },
  {
    name: "financed-late-at-once",
    kind: "financed",
    months: 6,
    program: { ...financed("9.9900"), lateCharge: { ...lateCharge, graceDays: 0 } },
  },
  { name: "installments-7", kind: "installments", months: 7, startsOn: "2027-12-06", program: { lateCharge } },
];

function document({ kind, months, now, startsOn = "2027-06-07", program: changes }: Case) {
  const sold = program({ plans: [{ kind: "installments", months: 12 }], ...changes });
  const [{ type, price } = { type: "private", price: 0 }] = sold.placeTypes;
  const places = [{ type, price, ownPrice: false, capacity: 6 }];
  const offer = quoted(kind, {
    cohort: takeTerms(cohort({ startsOn, endsOn: addDays(startsOn, 6), places }), sold),
    ...(now === undefined ? {} : { now }),
    ...(months === undefined ? {} : { months }),
  });
  const { currency, lines, total, plan, schedule, disclosure, policy, terms } = offer;
  const named = { bookingId: "bkg_1", version: 1, participantName: "Ada Client" };
  return agreementDocument({ ...terms, ...named, currency, lines, total, plan, schedule, disclosure, policy });
}

const blockOf = (made: ReturnType<typeof document>, id: string): string => {
  const found = made.blocks.find((block) => block.id === id);
  if (found === undefined) throw new Error(`the document has no ${id}`);
  return found.html;
};

/** An independent parser that reads the figures of a document, as a reader would. */
const textOf = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ")
    .trim();
const cells = (markup: string, tag: string) =>
  [...markup.matchAll(new RegExp(`<${tag}[ >].*?</${tag}>`, "gs"))].map(([cell]) => textOf(cell));
const figure = (text: string): number => {
  const found = /(-?)[$¥]([\d,]+)(?:\.(\d\d))?(?!.*[$¥])/.exec(text);
  if (found === null) throw new Error(`there is no amount in ${text}`);
  return Number(`${found[1]}${found[2]?.replaceAll(",", "")}${found[3] ?? ""}`);
};
const rowsOf = (markup: string) => cells(markup, "tr").length;
const amountAfter = (markup: string, label: string) => {
  const line = [...markup.matchAll(/<tr>.*?<\/tr>/gs)].map(([one]) => one).find((one) => textOf(one).startsWith(label));
  return figure(textOf(line ?? ""));
};

function read(made: ReturnType<typeof document>) {
  const box = blockOf(made, "truth_in_lending");
  const [apr = "", charge = "", financedAmount = "", payments = "", price = ""] = cells(box, "td");
  const streams = [...box.matchAll(/<tr><td>(\d+)<\/td><td>(.*?)<\/td><td>(.*?)<\/td><\/tr>/g)].map(
    ([, count, amount, when]) => ({ count: Number(count), amount: figure(amount ?? ""), when: when ?? "" }),
  );
  return {
    apr: Number(/([\d.]+)%$/.exec(apr)?.[1]),
    financeCharge: figure(charge),
    amountFinanced: figure(financedAmount),
    totalOfPayments: figure(payments),
    downPayment: figure(price.replace(/\. [$¥][\d,.]+$/, "")),
    totalSalePrice: figure(price),
    streams,
    date: new Date(`${/Date: (\w+ \d+, \d+)/.exec(textOf(box))?.[1]} UTC`),
  };
}

/** Simple compound discounting by whole months: every payment of these plans is a whole number of months away. */
function worth(amounts: number[], apr: number): number {
  return amounts.reduce((sum, amount, index) => sum + amount / (1 + apr / 1_200) ** (index + 1), 0);
}

describe.each(cases)("the agreement of the plan $name", (plan) => {
  const made = document(plan);
  const found = read(made);
  const amounts = found.streams.flatMap(({ count, amount }) => Array.from({ length: count }, () => amount));

  test("equals the golden document", async () => {
    await expect(made.html).toMatchFileSnapshot(join(import.meta.dirname, "golden", `${plan.name}.html`));
  });

  test("has figures that add up for a reader", () => {
    const itemized = blockOf(made, "itemization");

    expect(amounts).toHaveLength(plan.months ?? 0);
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(found.totalOfPayments);
    expect(found.totalOfPayments - found.amountFinanced).toBe(found.financeCharge);
    expect(found.totalSalePrice).toBe(found.totalOfPayments + found.downPayment);
    expect(amountAfter(itemized, "Cash price") + amountAfter(itemized, "Down payment (your deposit)")).toBe(
      amountAfter(itemized, "Amount financed"),
    );
    expect(amountAfter(itemized, "Amount financed")).toBe(found.amountFinanced);
    expect(rowsOf(itemized)).toBe(made.terms.lines.length + 3);
  });

  test("has the rate at which its payments are worth the amount financed", () => {
    const tolerance = 0.005;

    expect(worth(amounts, found.apr - tolerance)).toBeGreaterThanOrEqual(found.amountFinanced);
    expect(worth(amounts, found.apr + tolerance)).toBeLessThanOrEqual(found.amountFinanced);
  });

  test("lets a reader derive each payment's date from its schedule", () => {
    const told = found.streams.flatMap(({ count, when }) => {
      const [, first] = /(\w+ \d+, \d{4})$/.exec(when) ?? [];
      const day = Number(/on the (\d+)/.exec(when)?.[1] ?? found.date.getUTCDate());
      const start = new Date(`${first} UTC`);
      return Array.from({ length: count }, (_, index) => {
        const [year, month] = [start.getUTCFullYear(), start.getUTCMonth() + index];
        const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
        return new Date(Date.UTC(year, month, Math.min(day, last))).toISOString().slice(0, 10);
      });
    });

    expect(told).toEqual(made.terms.schedule.slice(1).map(({ dueOn }) => dueOn));
  });
});

describe("the disclosure", () => {
  const made = document(cases[0] as Case);
  const ids = made.blocks.map(({ id }) => id);

  test("follows the consent to electronic records, in a separate block", () => {
    expect(ids.indexOf("electronic_records")).toBeLessThan(ids.indexOf("truth_in_lending"));
    expect(ids.indexOf("itemization")).toBe(ids.indexOf("truth_in_lending") + 1);
    expect(ids).toEqual(expect.arrayContaining(["credit", "holder_notice"]));
  });

  test.each([
    ["Creditor: Sample Operator", "(a)"],
    ["The amount of credit provided to you or on your behalf.", "(b)"],
    ["The dollar amount the credit will cost you.", "(d)"],
    ["The cost of your credit as a yearly rate.", "(e)"],
    ["23 $738.24 Monthly on the 4th, beginning February 4, 2027", "(g)"],
    ["The amount you will have paid when you have made all scheduled payments.", "(h)"],
    ["The total price of your purchase on credit, including your down payment of $2,500.00.", "(j)"],
    ["Prepayment:", "(k)"],
    ["Late payment:", "(l)"],
    ["Security:", "(m)"],
    ["See the agreement below for any additional information about nonpayment, default,", "(p)"],
  ])("says %s: 12 CFR 1026.18%s", (words) => {
    expect(textOf(blockOf(made, "truth_in_lending"))).toContain(words);
  });

  test("makes exactly two terms more conspicuous", () => {
    const loud = [...blockOf(made, "truth_in_lending").matchAll(/<td class="most"><b>(.*?)<\/b>/g)].map(
      ([, name]) => name,
    );

    expect(loud).toEqual(["ANNUAL PERCENTAGE RATE", "FINANCE CHARGE"]);
    expect(textOf(blockOf(made, "truth_in_lending")).match(/\b[A-Z]{4,}\b/g)).toEqual([
      "ANNUAL",
      "PERCENTAGE",
      "RATE",
      "FINANCE",
      "CHARGE",
    ]);
  });

  test("speaks of dollars only if the credit is in dollars", () => {
    const chargeOf = (plan: Case) => cells(blockOf(document(plan), "truth_in_lending"), "td")[1];
    const inYen: Case = { name: "yen", kind: "financed", months: 11, program: { ...financed("4.2500"), ...yen } };

    expect(chargeOf({ ...inYen, program: financed("4.2500") })).toContain(
      "The dollar amount the credit will cost you.",
    );
    expect(chargeOf(inYen)).toContain("FINANCE CHARGE The amount the credit will cost you. ¥");
  });

  test("and the credit terms are in no agreement that is not credit", () => {
    const four = document({ name: "installments-4", kind: "installments", months: 4, startsOn: "2027-12-06" });
    const without = four.blocks.map(({ id }) => id);

    expect(without).toContain("electronic_records");
    expect(without).not.toEqual(expect.arrayContaining(["truth_in_lending"]));
    for (const id of ["truth_in_lending", "itemization", "credit", "holder_notice"]) expect(without).not.toContain(id);
    expect(four.html).not.toContain(".til");
  });
});
