import { isCurrency, largestAmount } from "@clearing/domain/money";
import { isCalendarDate, isTimeZone } from "@clearing/domain/time";
import { en } from "zod/locales";
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

z.config(en());

/** The shapes that many routes share; each says in its message what to do. */

/** A check after which the others of the same field say nothing: one message a field. */
const stop = (error: string) => ({ error, abort: true });
const written = (longest: number) =>
  z
    .string()
    .check(
      z.normalize("NFC"),
      z.trim(),
      z.minLength(1, stop("Must not be empty")),
      z.maxLength(longest, stop(`Must be at most ${longest} characters`)),
      z.refine(isVisible, stop("Must not be empty")),
    );
/** Text of many lines, in NFC and trimmed; tabs and line breaks are its only control characters. */
export const text = (longest: number) =>
  written(longest).check(z.refine(isPlainText, "Must hold no control characters but tabs and line breaks"));
/** Text of one line, in NFC and trimmed. */
export const line = (longest: number) =>
  written(longest).check(z.refine(isPlainLine, stop("Must be one line, without control or invisible characters")));
/** A person's name in any script, in NFC, so that equal names compare equal; it has at least so many visible letters. */
export const personName = (longest: number, leastLetters = 1) =>
  line(longest).check(
    z.refine(hasFewMarks, stop(`Must have at most ${mostMarks} marks on one letter`)),
    z.refine(isVisibleName, stop("Must hold no invisible characters")),
    z.refine(
      (name) => letterCount(name) >= leastLetters,
      leastLetters === 1 ? "Must have a letter" : `Must have at least ${leastLetters} letters`,
    ),
  );
/** A telephone number as it is written: 5 to 15 digits (E.164), with the usual separators. */
export const phone = () =>
  z.string().check(
    z.trim(),
    z.regex(/^\+?[0-9 ()./-]{5,30}$/, stop("Must be a telephone number")),
    z.refine((number) => {
      const { length } = number.replace(/\D/g, "");
      return length >= 5 && length <= 15;
    }, "Must have 5 to 15 digits"),
  );
export const matching = (pattern: RegExp, message: string) => z.string().check(z.regex(pattern, message));
export const id = (prefix: string) =>
  matching(new RegExp(`^${prefix}_[0-9A-Za-z_]{1,60}$`), `Must be an id like ${prefix}_...`);
export const amount = (least = 0) =>
  z.int("Must be a whole number of minor units").check(
    z.minimum(least, least === 0 ? "Must not be negative" : `Must be at least ${least}`),
    // What its currency allows is less for most: the domain says so, under the same path.
    z.maximum(largestAmount, `Must be at most ${largestAmount} minor units`),
  );
export const count = (least: number, most: number) =>
  z
    .int("Must be a whole number")
    .check(z.minimum(least, `Must be at least ${least}`), z.maximum(most, `Must be at most ${most}`));
/** A whole number in a query string, in plain digits. */
export const countParameter = (least: number, most: number) =>
  z.pipe(
    z.transform((text) => (typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : text)),
    count(least, most),
  );
export const list = <Item extends z.ZodMiniType>(item: Item, { least, most }: { least?: number; most: number }) =>
  z.array(item).check(...(least === undefined ? [] : [z.minLength(least)]), z.maxLength(most));
/** A date of a year of four digits; what it may be besides is for the domain to decide, which knows today. */
export const calendarDate = () =>
  z.string().check(z.refine(isCalendarDate, "Must be a date that exists, as YYYY-MM-DD"), z.meta({ format: "date" }));
export const instant = () => z.string().check(z.meta({ format: "date-time" }));
export const timeZone = () =>
  z.string().check(z.refine(isTimeZone, "Must be an IANA time zone such as America/Denver"));
export const currency = () =>
  z
    .string()
    .check(
      z.refine(isCurrency, "Must be a supported currency as an ISO 4217 code in lower case, such as usd"),
      z.meta({ pattern: "^[a-z]{3}$" }),
    );
export const email = () => z.email("Must be an e-mail address").check(z.maxLength(254));
export const label = () =>
  matching(/^[a-z][a-z0-9_-]{0,39}$/, "Must be lower-case letters, digits, - and _, beginning with a letter");
const cursor = (isPlace: IsPlace) =>
  z.string().check(
    z.maxLength(400),
    // The first part says of which list it is: the runtime adds and checks it.
    z.refine((text) => isPlace(decodeCursor(text)?.slice(1) ?? []), "Must be the nextCursor of the page before"),
  );
export const listQuery = <Shape extends z.core.$ZodShape>(
  shape: Shape,
  { most = 100, usual = 50, isPlace = isKeyPlace } = {},
) =>
  z.strictObject({ ...shape, limit: z._default(countParameter(1, most), usual), cursor: z.optional(cursor(isPlace)) });
export const page = (item: z.ZodMiniType) => z.object({ items: z.array(item), nextCursor: z.nullable(z.string()) });
