import { getISO } from "temporal-polyfill/fns/Calendar";
import * as Instants from "temporal-polyfill/fns/Instant";
import * as PlainDate from "temporal-polyfill/fns/PlainDate";
import * as PlainTime from "temporal-polyfill/fns/PlainTime";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";
import { remembered } from "./remembered.ts";

/** ISO 8601, UTC, whole seconds: `2027-03-01T17:00:00Z`. Compares as text. */
export type Instant = string;
/** ISO 8601 calendar date without a time zone: `2027-03-01`. Compares as text. */
export type CalendarDate = string;

const firstInstant: Instant = "0000-01-01T00:00:00Z";
const lastInstant: Instant = "9999-12-31T23:59:59Z";
const millisecondsADay = 86_400_000;
/** Clamps to years of four digits. ISO 8601 signs longer years, and signs would break comparison as text. */
const within = (text: string, first: string, last: string): string =>
  text.startsWith("-") ? first : text.startsWith("+") ? last : text;

/** Milliseconds since the epoch as text. In UTC each day has 24 hours, so `Date` is exact, and far faster than Temporal. */
const inUtc = (milliseconds: number): string => within(new Date(milliseconds).toISOString(), firstInstant, lastInstant);

const toInstant = (instant: Instants.Record): Instant =>
  within(Instants.toString(Instants.roundToSecond(instant, "floor")), firstInstant, lastInstant);
const dateText = (date: PlainDate.Record): CalendarDate =>
  within(PlainDate.toString(date), firstInstant.slice(0, 10), lastInstant.slice(0, 10));
const toDate = (date: CalendarDate) => PlainDate.fromString(date, getISO);

/** The instant of milliseconds since the epoch, cut off to the second. */
export const instantOf = (milliseconds: number): Instant => `${inUtc(milliseconds).slice(0, 19)}Z`;

export const plusSeconds = (instant: Instant, seconds: number): Instant =>
  instantOf(Date.parse(instant) + seconds * 1_000);
/** The seconds between two instants; negative if `to` is earlier. */
export const secondsBetween = (from: Instant, to: Instant): number => (Date.parse(to) - Date.parse(from)) / 1_000;

/** Whole seconds since the epoch, the unit of Stripe and of DynamoDB's time to live. */
export const epochSeconds = (instant: Instant): number => Math.floor(Date.parse(instant) / 1_000);

export const plusMinutes = (instant: Instant, minutes: number): Instant => plusSeconds(instant, minutes * 60);
export const plusHours = (instant: Instant, hours: number): Instant => plusSeconds(instant, hours * 3_600);
/** The instant `days` x 24 hours later. For calendar days use `addDays`. */
export const plusDays = (instant: Instant, days: number): Instant => plusSeconds(instant, days * 86_400);

export const addDays = remembered(
  (date: CalendarDate, days: number): CalendarDate => inUtc(Date.parse(date) + days * millisecondsADay).slice(0, 10),
);

/**
 * The date `months` calendar months later, clamped to the month's end: 31 January plus one month is the last day of
 * February.
 */
export const addMonths = remembered(
  (date: CalendarDate, months: number): CalendarDate => dateText(PlainDate.addMonths(toDate(date), months)),
);

/**
 * Whether somebody born on `bornOn` has reached an age by a date. A person born on 29 February reaches it on 1 March in
 * a common year.
 */
export function isOfAge(bornOn: CalendarDate, years: number, on: CalendarDate): boolean {
  // Compared as text, 29 February of a common year sorts between 28 February and 1 March.
  const year = Number(on.slice(0, 4)) - years;
  return year >= 0 && bornOn <= `${String(year).padStart(4, "0")}${on.slice(4)}`;
}

/** Calendar days from one date to another; negative if `to` is earlier. Throws a `RangeError` for anything but dates. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  const days = (Date.parse(to) - Date.parse(from)) / millisecondsADay;
  if (!Number.isInteger(days)) throw new RangeError(`no dates: ${from}, ${to}`);
  return days;
}

/** The calendar date of an instant in a time zone. */
export const dateIn = remembered(
  (zone: string, instant: Instant): CalendarDate =>
    dateText(ZonedDateTime.toPlainDate(Instants.toZonedDateTimeISO(Instants.fromString(instant), zone))),
);

/**
 * The instant of a wall-clock time (`HH:MM`) on a date. A time that daylight saving skips moves forward; of a repeated
 * one the first instant counts.
 */
export const instantAt = remembered(
  (date: CalendarDate, time: string, timeZone: string): Instant =>
    toInstant(
      ZonedDateTime.toInstant(
        PlainDate.toZonedDateTime(toDate(date), { timeZone, plainTime: PlainTime.fromString(time) }),
      ),
    ),
);

/** The first instant of a date in a time zone. It is not 00:00 if daylight saving skips midnight. */
export const startOfDay = remembered(
  (date: CalendarDate, zone: string): Instant =>
    toInstant(ZonedDateTime.toInstant(PlainDate.toZonedDateTime(toDate(date), zone))),
);

/** The end of a date in a time zone: the first instant of the next date. */
export const endOfDay = remembered(
  (date: CalendarDate, zone: string): Instant =>
    toInstant(ZonedDateTime.toInstant(PlainDate.toZonedDateTime(PlainDate.addDays(toDate(date), 1), zone))),
);

/** The later of two instants or dates, compared as text. */
export const later = (a: string, b: string): string => (a > b ? a : b);

/** The earlier of two instants or dates, compared as text. */
export const earlier = (a: string, b: string): string => (a < b ? a : b);

/** Whether a text is a valid date in the form `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    toDate(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text is a valid instant in the form `YYYY-MM-DDTHH:MM:SSZ`. */
export const isInstant = (text: string): boolean =>
  /^.{10}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text) && isCalendarDate(text.slice(0, 10));

/** Whether a name is an IANA time zone, such as `America/Denver`; an offset such as `+01:00` is not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether an instant is now or in the past. */
export const hasCome = (instant: Instant, now: Instant): boolean => instant <= now;
