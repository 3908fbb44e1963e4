import { isCurrency, largestAmount } from "@clearing/domain/money";
import { isCalendarDate, isTimeZone } from "@clearing/domain/time";
import * as z from "zod/mini";
import {
  hasFewMarks,
  isPlainLine,
  isPlainText,
  isVisible,
  isVisibleName,
  letterCount,
  mostMarks,
} from "./characters.ts";
import { decodeCursor, type IsPlace, isKeyPlace } from "./cursor.ts";
import { unlessMissing } from "./field-message.ts";

/**
 * The field schemas that many routes share. Each words what its field must be; `field-message.ts` words the other
 * problems.
 */

/** A check that stops at its failure, so that a field gets only one message. */
const stop = <Message>(error: Message) => ({ error, abort: true });
const written = (longest: number) =>
  z
    .string()
    .check(
      z.normalize("NFC"),
      z.trim(),
      z.minLength(1, stop("Must not be empty")),
      z.maxLength(longest, stop(`Must have at most ${longest} characters`)),
      z.refine(isVisible, stop("Must not be empty")),
    );
/**
 * Text of several lines, normalized to NFC and trimmed. Tabs and line breaks are the only control characters allowed.
 */
export const text = (longest: number) =>
  written(longest).check(z.refine(isPlainText, "Must not contain control characters other than tabs and line breaks"));
/** Text of one line, normalized to NFC and trimmed. */
export const line = (longest: number) =>
  written(longest).check(z.refine(isPlainLine, stop("Must be a single line without control or invisible characters")));
/**
 * A person's name in any script, normalized to NFC so that equal names compare equal, with a minimum of visible
 * letters.
 */
export const personName = (longest: number, leastLetters = 1) =>
  line(longest).check(
    z.refine(hasFewMarks, stop(`Must have at most ${mostMarks} combining marks on one letter`)),
    z.refine(isVisibleName, stop("Must not contain invisible characters")),
    z.refine(
      (name) => letterCount(name) >= leastLetters,
      leastLetters === 1 ? "Must contain a letter" : `Must contain at least ${leastLetters} letters`,
    ),
  );
const phoneForm =
  "Must be a phone number: 5 to 30 characters (digits, spaces and ( ) . / -), with an optional + at the start";
/** A phone number as people write it: 5 to 15 digits (E.164) with the usual separators. */
export const phone = () =>
  z.string().check(
    z.trim(),
    z.regex(/^\+?[0-9 ()./-]{5,30}$/, stop(phoneForm)),
    z.refine((number) => {
      const { length } = number.replace(/\D/g, "");
      return length >= 5 && length <= 15;
    }, "Must have 5 to 15 digits"),
  );
export const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));
/** An id with this prefix, such as `bkg_...`. */
export const id = (prefix: string) =>
  matching(new RegExp(`^${prefix}_[0-9A-Za-z_]{1,60}$`), `Must be an id like ${prefix}_...`);
/** An amount in minor units, up to the largest charge of any currency. */
export const amount = (least = 0) =>
  wholeNumber(`Must be a whole number of minor units from ${least} to ${largestAmount}`, least, largestAmount);
export const count = (least: number, most: number) =>
  wholeNumber(`Must be a whole number from ${least} to ${most}`, least, most);
function wholeNumber(message: string, least: number, most: number) {
  return z.int(stop(unlessMissing(message))).check(z.minimum(least, message), z.maximum(most, message));
}
/** A whole number in a query string, in decimal digits only. */
export const countParameter = (least: number, most: number) =>
  z.pipe(
    z.transform((text) => (typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : text)),
    count(least, most),
  );
export const list = <Item extends z.ZodMiniType>(item: Item, { least, most }: { least?: number; most: number }) => {
  const message = `Must have ${least === undefined ? "at most" : `${least} to`} ${most} items`;
  return z.array(item).check(...(least === undefined ? [] : [z.minLength(least, message)]), z.maxLength(most, message));
};
/** A valid date in a year of four digits. The domain checks its range, since it knows today's date. */
export const calendarDate = () =>
  z.string().check(z.refine(isCalendarDate, "Must be a valid date in the form YYYY-MM-DD"), z.meta({ format: "date" }));
export const instant = () => z.string().check(z.meta({ format: "date-time" }));
export const timeZone = () =>
  z.string().check(z.refine(isTimeZone, "Must be an IANA time zone such as America/Denver"));
export const currency = () =>
  z
    .string()
    .check(
      z.refine(isCurrency, "Must be a supported currency as a lowercase ISO 4217 code, such as usd"),
      z.meta({ pattern: "^[a-z]{3}$" }),
    );
export const email = () => z.email(stop(unlessMissing("Must be an email address"))).check(z.maxLength(254));
export const label = () =>
  matching(/^[a-z][a-z0-9_-]{0,39}$/, "Must have 1 to 40 lowercase letters, digits, - or _, and start with a letter");
/** The message for a cursor that no page of the list returned. */
export const notTheCursor = "Must be the nextCursor of the previous page, sent with the same filters";
const cursor = (isPlace: IsPlace) =>
  z.string().check(
    z.maxLength(400, stop(notTheCursor)),
    // The first part names the list; the runtime adds and checks it.
    z.refine((text) => isPlace(decodeCursor(text)?.slice(1) ?? []), notTheCursor),
  );
/** The query of a list: its filters, `limit` and `cursor`. */
export const listQuery = <Shape extends z.core.$ZodShape>(
  shape: Shape,
  { most = 100, usual = 50, isPlace = isKeyPlace } = {},
) =>
  z.strictObject({ ...shape, limit: z._default(countParameter(1, most), usual), cursor: z.optional(cursor(isPlace)) });
/** One page of a list; `nextCursor` is null on the last one. */
export const page = (item: z.ZodMiniType) => z.object({ items: z.array(item), nextCursor: z.nullable(z.string()) });
