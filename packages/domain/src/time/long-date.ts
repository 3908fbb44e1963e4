import type { CalendarDate } from "./index.ts";

const months = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/**
 * `February 4, 2027`. Does not use Intl: an agreement has dozens of dates, and creating a formatter takes longer than
 * writing all of them.
 */
export const longDate = (date: CalendarDate): string =>
  `${months[Number(date.slice(5, 7)) - 1]} ${Number(date.slice(8))}, ${date.slice(0, 4)}`;

/** `1 day`, `10 days`. */
export const dayCount = (days: number): string => `${days} ${days === 1 ? "day" : "days"}`;
