import type { CalendarDate } from "./index.ts";

/**
 * `February 4, 2027`. The format is made here and not as the module loads: the data that it needs takes longer to load
 * than a function's own code.
 */
export const longDate = (date: CalendarDate): string =>
  new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
