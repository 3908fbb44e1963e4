import { getISO } from "temporal-polyfill/fns/Calendar";
import * as Instants from "temporal-polyfill/fns/Instant";
import * as PlainDate from "temporal-polyfill/fns/PlainDate";
import * as PlainTime from "temporal-polyfill/fns/PlainTime";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";
import { remembered } from "./remembered.ts";

/** ISO 8601, UTC, whole seconds: `2027-03-01T17:00:00Z`. Compares as text. */
export type Instant = string;
/** ISO 8601 date of a calendar, without a zone: `2027-03-01`. Compares as text. */
export type CalendarDate = string;

const firstInstant: Instant = "0000-01-01T00:00:00Z";
const lastInstant: Instant = "9999-12-31T23:59:59Z";
/**
 * ISO 8601 writes a year of more than four digits with a sign, and a sign compares as text before every digit. So no
 * arithmetic leaves the years of four digits: what would is their first or last instant, or date.
 */
const within = (text: string, first: string, last: string): string =>
  text.startsWith("-") ? first : text.startsWith("+") ? last : text;

const toInstant = (instant: Instants.Record): Instant =>
  within(Instants.toString(Instants.roundToSecond(instant, "floor")), firstInstant, lastInstant);
const dateText = (date: PlainDate.Record): CalendarDate =>
  within(PlainDate.toString(date), firstInstant.slice(0, 10), lastInstant.slice(0, 10));
const toDate = (date: CalendarDate) => PlainDate.fromString(date, getISO);

/** The instant of so many milliseconds since the epoch, cut to the second. */
export const instantOf = (milliseconds: number): Instant =>
  toInstant(Instants.fromEpochMilliseconds(Math.floor(milliseconds)));

export const plusSeconds = (instant: Instant, seconds: number): Instant =>
  toInstant(Instants.addSeconds(Instants.fromString(instant), seconds));
/** Negative where the second instant is before the first. */
export const secondsBetween = (from: Instant, to: Instant): number => (Date.parse(to) - Date.parse(from)) / 1_000;

/** The whole seconds since the epoch, as time-to-live attributes and Stripe count them. */
export const epochSeconds = (instant: Instant): number => Math.floor(Date.parse(instant) / 1_000);

export const plusMinutes = (instant: Instant, minutes: number): Instant => plusSeconds(instant, minutes * 60);
export const plusHours = (instant: Instant, hours: number): Instant => plusSeconds(instant, hours * 3_600);
/** So many times 24 hours later; for calendar days use `addDays`. */
export const plusDays = (instant: Instant, days: number): Instant => plusSeconds(instant, days * 86_400);

export const addDays = remembered(
  (date: CalendarDate, days: number): CalendarDate => dateText(PlainDate.addDays(toDate(date), days)),
);

/** So many calendar months later, clamped to the month's end: 31 January plus one month is the last of February. */
export const addMonths = (date: CalendarDate, months: number): CalendarDate =>
  dateText(PlainDate.addMonths(toDate(date), months));

/**
 * Whether somebody born on a date has lived so many years on another: from the same day of the year on, and born on
 * 29 February, from 1 March on in a common year.
 */
export function isOfAge(bornOn: CalendarDate, years: number, on: CalendarDate): boolean {
  // As text the 29th of a February that has none lies between the 28th and 1 March.
  const year = Number(on.slice(0, 4)) - years;
  return year >= 0 && bornOn <= `${String(year).padStart(4, "0")}${on.slice(4)}`;
}

/** Calendar days from one date to another; negative when `to` is earlier. */
export const daysBetween = remembered((from: CalendarDate, to: CalendarDate): number =>
  PlainDate.diffDays(toDate(from), toDate(to)),
);

/** The calendar date of an instant in a time zone. */
export const dateIn = remembered(
  (zone: string, instant: Instant): CalendarDate =>
    dateText(ZonedDateTime.toPlainDate(Instants.toZonedDateTimeISO(Instants.fromString(instant), zone))),
);

/** The instant of a wall-clock time (`HH:MM`) on a date; one that daylight saving skips is moved on, the first of two. */
export const instantAt = remembered(
  (date: CalendarDate, time: string, timeZone: string): Instant =>
    toInstant(
      ZonedDateTime.toInstant(
        PlainDate.toZonedDateTime(toDate(date), { timeZone, plainTime: PlainTime.fromString(time) }),
      ),
    ),
);

/** The first instant of a date in a zone; not always 00:00, where daylight saving skips midnight. */
export const startOfDay = remembered(
  (date: CalendarDate, zone: string): Instant =>
    toInstant(ZonedDateTime.toInstant(PlainDate.toZonedDateTime(toDate(date), zone))),
);

/** The end of a date in a zone: the first instant of the next one. */
export const endOfDay = (date: CalendarDate, zone: string): Instant =>
  toInstant(ZonedDateTime.toInstant(PlainDate.toZonedDateTime(PlainDate.addDays(toDate(date), 1), zone)));

/** The later of two instants, or of two dates: both compare as text. */
export const later = (a: string, b: string): string => (a > b ? a : b);

/** The earlier of two instants, or of two dates. */
export const earlier = (a: string, b: string): string => (a < b ? a : b);

/** A date that exists, written as `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    toDate(text);
    return true;
  } catch {
    return false;
  }
}

/** An instant that exists, written as `YYYY-MM-DDTHH:MM:SSZ`. */
export const isInstant = (text: string): boolean =>
  /^.{10}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text) && isCalendarDate(text.slice(0, 10));

/** A zone of the IANA database, such as `America/Denver`; offsets such as `+01:00` are none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether an instant has come by now. */
export const hasCome = (instant: Instant, now: Instant): boolean => instant <= now;
