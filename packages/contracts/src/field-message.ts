import type * as z from "zod/mini";

type Issue = z.core.$ZodRawIssue;

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "an array",
};

/**
 * The message for a bad field, unless its schema words one: a short sentence that says what the field must be.
 * Pass it to `safeParse` as `error`. `undefined` is left for what no schema of the API can report.
 */
export function fieldMessage(issue: Issue): string | undefined {
  if (isMissing(issue)) return "Is required";
  switch (issue.code) {
    case "invalid_type":
      return kinds[issue.expected] && `Must be ${kinds[issue.expected]}`;
    case "invalid_value":
      return `Must be ${oneOf(issue.values)}`;
    case "invalid_union":
      return Array.isArray(issue.options) ? `Must be ${oneOf(issue.options)}` : undefined;
    case "too_big":
      return `Must have at most ${issue.maximum} ${issue.origin === "string" ? "characters" : "items"}`;
    case "unrecognized_keys":
      return "Unknown field";
    default:
      return undefined;
  }
}

/** JSON has no `undefined`. Of a union, what is missing is the field that tells its alternatives apart. */
function isMissing({ code, input, discriminator }: Issue): boolean {
  if (code !== "invalid_union") return input === undefined;
  return typeof discriminator === "string" && (input as Record<string, unknown>)[discriminator] === undefined;
}

function oneOf(values: readonly unknown[]): string {
  const last = String(values.at(-1));
  return values.length < 2 ? last : `${values.slice(0, -1).join(", ")} or ${last}`;
}

/** A schema's own message, said of every value but a missing one. */
export const unlessMissing =
  (message: string) =>
  ({ input }: Issue): string | undefined =>
    input === undefined ? undefined : message;
