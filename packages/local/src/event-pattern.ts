import { TemplateError } from "./resource.ts";

type Matcher = (value: unknown) => boolean;

/**
 * Compiles an EventBridge event pattern. All fields must match; the values of a field are alternatives. A list in the
 * event matches if one element does, and the fields of one object pattern must match within the same element.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function compilePattern(pattern: Record<string, unknown>): (event: unknown) => boolean {
  const fields = Object.entries(pattern).map(([name, wanted]): Matcher => {
    if (name === "$or") {
      const alternatives = (wanted as Record<string, unknown>[]).map(compilePattern);
      return (object) => alternatives.some((matches) => matches(object));
    }
    const matches = Array.isArray(wanted) ? compileValues(wanted, name) : compileObject(wanted, name);
    return (object) => matches((object as Record<string, unknown>)[name]);
  });
  return (event) => isObject(event) && fields.every((matches) => matches(event));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function compileObject(pattern: unknown, name: string): Matcher {
  if (!isObject(pattern)) throw new TemplateError(`the event pattern of "${name}" is neither a list nor an object`);
  const matches = compilePattern(pattern);
  return (value) => {
    if (Array.isArray(value)) return value.flat(Number.POSITIVE_INFINITY).some(matches);
    // A missing object has no fields, which `exists: false` inside it matches.
    return matches(value ?? {});
  };
}

function compileValues(wanted: readonly unknown[], name: string): Matcher {
  const alternatives = wanted.map((one) =>
    isObject(one) ? compileOperator(one, name) : (value: unknown) => value === one,
  );
  const absent = wanted.some((one) => isObject(one) && one.exists === false);
  return (value) => {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return absent;
    const values = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
    return values.some((one) => !isObject(one) && alternatives.some((matches) => matches(one)));
  };
}

const text =
  (test: (value: string) => boolean): Matcher =>
  (value) =>
    typeof value === "string" && test(value);

function compileOperator(operator: Record<string, unknown>, field: string): Matcher {
  const [name = "", operand] = Object.entries(operator)[0] ?? [];
  switch (name) {
    case "exists":
      return () => operand === true;
    case "prefix":
    case "suffix": {
      const ends = (value: string, part: string) => (name === "prefix" ? value.startsWith(part) : value.endsWith(part));
      if (!isObject(operand)) return text((value) => ends(value, String(operand)));
      const part = String(operand["equals-ignore-case"]).toLowerCase();
      return text((value) => ends(value.toLowerCase(), part));
    }
    case "equals-ignore-case":
      return text((value) => value.toLowerCase() === String(operand).toLowerCase());
    case "wildcard":
      return wildcard(String(operand));
    case "numeric":
      return numeric(operand as (string | number)[], field);
    case "anything-but": {
      const unwanted = (Array.isArray(operand) ? operand : [operand]).flatMap((one): Matcher[] => {
        if (!isObject(one)) return [(value) => value === one];
        const [kind = "", values] = Object.entries(one)[0] ?? [];
        return [values].flat().map((value) => compileOperator({ [kind]: value }, field));
      });
      return (value) => !unwanted.some((matches) => matches(value));
    }
    default:
      throw new TemplateError(
        `the operator "${name}" in the event pattern of "${field}" is not supported by the local stack`,
      );
  }
}

function wildcard(pattern: string): Matcher {
  const parts = pattern
    .split(/(?<!\\)\*/)
    .map((part) => part.replace(/\\([*\\])/g, "$1").replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "s");
  return text((value) => expression.test(value));
}

function numeric(operand: readonly (string | number)[], field: string): Matcher {
  const comparisons: Record<string, (value: number, bound: number) => boolean> = {
    "=": (value, bound) => value === bound,
    "<": (value, bound) => value < bound,
    "<=": (value, bound) => value <= bound,
    ">": (value, bound) => value > bound,
    ">=": (value, bound) => value >= bound,
  };
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const compare = comparisons[String(operand[index])];
    const bound = Number(operand[index + 1]);
    if (!compare || Number.isNaN(bound))
      throw new TemplateError(`the numeric event pattern of "${field}" is malformed`);
    tests.push((value) => compare(value, bound));
  }
  return (value) => typeof value === "number" && tests.every((test) => test(value));
}
