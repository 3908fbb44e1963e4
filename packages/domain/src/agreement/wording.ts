import type { ScheduledDue } from "../plan/index.ts";
import type { RefundPeriod } from "../plan/policy.ts";
import { fill } from "../text/index.ts";
import type { CalendarDate } from "../time/index.ts";
import { longDate } from "../time/long-date.ts";
import { remembered } from "../time/remembered.ts";
import agreement from "./texts/agreement.ts";

const texts = agreement.payments;

const endings: Record<string, string> = { one: "st", two: "nd", few: "rd" };

/** `1st`, `22nd`, `13th`. */
export function ordinal(count: number): string {
  const plurals = new Intl.PluralRules("en-US", { type: "ordinal" });
  return `${count}${endings[plurals.select(count)] ?? "th"}`;
}

/** The common name of a time zone on a date, because it can change: `Mountain Time` for `America/Denver`. */
export const zoneName = remembered((timeZone: string, on: CalendarDate): string => {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longGeneric" });
  const parts = format.formatToParts(new Date(on));
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
});

/** The name of a due. The deposit has sequence 0, so an installment's sequence is its number. */
export function dueName({ kind, sequence }: Pick<ScheduledDue, "kind" | "sequence">, installments: number): string {
  switch (kind) {
    case "deposit":
      return texts.deposit;
    case "balance":
      return texts.balance;
    case "installment":
      return fill(texts.installment, { number: sequence, count: installments });
  }
}

/** The date of a due in words. A due that starts by the confirmation has no date yet, so its rule is given instead. */
export function dueDate({ kind, startsBy, dueOn }: Pick<ScheduledDue, "kind" | "startsBy" | "dueOn">): string {
  if (kind === "deposit") return texts.dueAtBooking;
  return startsBy === "confirmation" ? texts.dueAfterConfirmation : longDate(dueOn);
}

/** The dates of a refund tier in words. The tiers do not overlap: the first ends on a date, each later one has two. */
export function refundDates(
  { from, until }: Pick<RefundPeriod, "from" | "until">,
  texts: { until: string; between: string; on: string },
): string {
  if (from === null) return fill(texts.until, { date: longDate(until) });
  if (from === until) return fill(texts.on, { date: longDate(until) });
  return fill(texts.between, { from: longDate(from), date: longDate(until) });
}
