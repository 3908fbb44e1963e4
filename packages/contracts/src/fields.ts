import { isCurrency } from "@clearing/domain/money";
import { isCalendarDate, isTimeZone } from "@clearing/domain/time";
import * as z from "zod";

/** The shapes that many routes share; each says in its message what to do. */
export const text = (longest: number) => z.string().trim().min(1, "Must not be empty").max(longest);
export const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9A-Za-z_]{1,60}$`), `Must be an id like ${prefix}_...`);
export const amount = () =>
  z
    .int("Must be a whole number of minor units")
    .min(0, "Must not be negative")
    .max(99_999_999, "Must be at most 99999999 minor units");
export const count = (least: number, most: number) =>
  z.int("Must be a whole number").min(least, `Must be at least ${least}`).max(most, `Must be at most ${most}`);
export const calendarDate = () =>
  z.string().refine(isCalendarDate, "Must be a date that exists, as YYYY-MM-DD").meta({ format: "date" });
export const instant = () => z.string().meta({ format: "date-time" });
export const timeZone = () => z.string().refine(isTimeZone, "Must be an IANA time zone such as America/Denver");
export const currency = () => z.string().refine(isCurrency, "Must be an ISO 4217 code in lower case, such as usd");
export const email = () => z.email("Must be an e-mail address").max(254);
export const label = () =>
  z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, "Must be lower-case letters, digits, - and _, beginning with a letter");
export const listQuery = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({
    ...shape,
    limit: z.coerce.number("Must be a number").int("Must be a whole number").min(1).max(100).default(50),
    cursor: z.string().max(400).optional(),
  });
export const page = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
