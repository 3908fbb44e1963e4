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
 * The message for an invalid field, unless its schema has its own: a short sentence that says what the field must be.
 * Pass it to `safeParse` as `error`. Returns `undefined` for issues that no schema of the API can raise.
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

/** Whether a required field is missing; JSON has no `undefined`. In a union, the missing field is the discriminator. */
function isMissing({ code, input, discriminator }: Issue): boolean {
  if (code !== "invalid_union") return input === undefined;
  return typeof discriminator === "string" && (input as Record<string, unknown>)[discriminator] === undefined;
}

function oneOf(values: readonly unknown[]): string {
  const last = String(values.at(-1));
  return values.length < 2 ? last : `${values.slice(0, -1).join(", ")} or ${last}`;
}

/** A schema's own message for any invalid value; a missing value keeps the default message. */
export const unlessMissing =
  (message: string) =>
  ({ input }: Issue): string | undefined =>
    input === undefined ? undefined : message;
