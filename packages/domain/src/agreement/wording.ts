import type { ScheduledDue } from "../plan/index.ts";

const endings: Record<string, string> = { one: "st", two: "nd", few: "rd" };

/** `1st`, `22nd`, `13th`. */
export function ordinal(count: number): string {
  const plurals = new Intl.PluralRules("en-US", { type: "ordinal" });
  return `${count}${endings[plurals.select(count)] ?? "th"}`;
}

/** What a due is called. The deposit is sequence 0, so an installment's is its number. */
export function dueName({ kind, sequence }: Pick<ScheduledDue, "kind" | "sequence">, installments: number): string {
  switch (kind) {
    case "deposit":
      return "Deposit";
    case "balance":
      return "Balance";
    case "installment":
      return `Installment ${sequence} of ${installments}`;
  }
}

/** What starts by the confirmation has no date yet: its rule is worded, which the confirmation fills in. */
export function dueDate({ kind, startsBy, dueOn }: Pick<ScheduledDue, "kind" | "startsBy" | "dueOn">): string {
  if (kind === "deposit") return "At once";
  return startsBy === "confirmation" ? "The day after the booking is confirmed" : dueOn;
}
