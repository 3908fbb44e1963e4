import { isCurrency, largestAmount } from "@clearing/domain/money";
import { isCalendarDate, isTimeZone } from "@clearing/domain/time";
import { en } from "zod/locales";
import * as z from "zod/mini";
import { decodeCursor } from "./cursor.ts";

z.config(en());

/** The shapes that many routes share; each says in its message what to do. */
export const text = (longest: number) =>
  z.string().check(z.trim(), z.minLength(1, "Must not be empty"), z.maxLength(longest));
/** Text of one line: no control character in it. */
export const line = (longest: number) =>
  text(longest).check(z.regex(/^\P{Cc}*$/u, "Must be one line, without control characters"));
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
/** A whole number in a query string. */
export const countParameter = (least: number, most: number) =>
  z.coerce
    .number("Must be a number")
    .check(
      z.int("Must be a whole number"),
      z.minimum(least, `Must be at least ${least}`),
      z.maximum(most, `Must be at most ${most}`),
    );
export const list = <Item extends z.ZodMiniType>(item: Item, { least, most }: { least?: number; most: number }) =>
  z.array(item).check(...(least === undefined ? [] : [z.minLength(least)]), z.maxLength(most));
export const calendarDate = (earliest = "0000-01-01") =>
  z.string().check(
    z.refine(isCalendarDate, "Must be a date that exists, as YYYY-MM-DD"),
    z.refine((date) => date >= earliest, `Must not be before ${earliest}`),
    z.meta({ format: "date" }),
  );
export const instant = () => z.string().check(z.meta({ format: "date-time" }));
export const timeZone = () =>
  z.string().check(z.refine(isTimeZone, "Must be an IANA time zone such as America/Denver"));
export const currency = () =>
  z.string().check(z.refine(isCurrency, "Must be a supported currency as an ISO 4217 code in lower case, such as usd"));
export const email = () => z.email("Must be an e-mail address").check(z.maxLength(254));
export const label = () =>
  matching(/^[a-z][a-z0-9_-]{0,39}$/, "Must be lower-case letters, digits, - and _, beginning with a letter");
const cursor = () =>
  z.string().check(
    z.maxLength(400),
    z.refine((text) => decodeCursor(text) !== null, "Must be the nextCursor of the page before"),
  );
export const listQuery = <Shape extends z.core.$ZodShape>(shape: Shape, { most = 100, usual = 50 } = {}) =>
  z.strictObject({ ...shape, limit: z._default(countParameter(1, most), usual), cursor: z.optional(cursor()) });
export const page = (item: z.ZodMiniType) => z.object({ items: z.array(item), nextCursor: z.nullable(z.string()) });
