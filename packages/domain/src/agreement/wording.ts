import type { CalendarDate } from "../time/index.ts";

const dates = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" });

/** `February 4, 2027`. */
export const longDate = (date: CalendarDate): string => dates.format(new Date(`${date}T00:00:00Z`));

const plurals = new Intl.PluralRules("en-US", { type: "ordinal" });
const endings: Record<string, string> = { one: "st", two: "nd", few: "rd" };

/** `1st`, `22nd`, `13th`. */
export const ordinal = (count: number): string => `${count}${endings[plurals.select(count)] ?? "th"}`;
