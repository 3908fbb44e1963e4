import type { ScheduledDue } from "../plan/index.ts";
import { fill } from "../text/index.ts";
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

/** A time zone as people call it: `Mountain Time` of `America/Denver`. */
export const zoneName = remembered((timeZone: string): string => {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longGeneric" }).formatToParts(0);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
});

/** What a due is called. The deposit is sequence 0, so an installment's is its number. */
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

/** What starts by the confirmation has no date yet: its rule is worded, which the confirmation fills in. */
export function dueDate({ kind, startsBy, dueOn }: Pick<ScheduledDue, "kind" | "startsBy" | "dueOn">): string {
  if (kind === "deposit") return texts.dueAtBooking;
  return startsBy === "confirmation" ? texts.dueAfterConfirmation : longDate(dueOn);
}
