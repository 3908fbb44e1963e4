import { TemplateError } from "./template.ts";

/** The first tick of a schedule at or after an instant, in epoch milliseconds. */
export type Ticks = (from: number) => number;

const units: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MINUTE = 60_000;

/** Reads `rate(5 minutes)` and `cron(0 10 * * ? *)`, in UTC. A rate ticks on whole multiples since the epoch. */
export function parseSchedule(expression: string): Ticks {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const every = Number(rate[1]) * (units[rate[2] ?? ""] ?? 0);
    return (from) => Math.ceil(from / every) * every;
  }
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(/\s+/);
  if (fields?.length !== 6)
    throw new TemplateError(`the schedule expression ${expression} is not known to the local stack`);
  const [minutes, hours, days, months, weekdays, years] = fields.map((field, index) =>
    cronField(field, index, expression),
  );
  const fits = (date: Date) =>
    months?.(date.getUTCMonth() + 1) &&
    years?.(date.getUTCFullYear()) &&
    days?.(date.getUTCDate()) &&
    weekdays?.(date.getUTCDay() + 1);
  return (from) => {
    let at = Math.ceil(from / MINUTE) * MINUTE;
    for (let steps = 0; steps < 500_000; steps++) {
      const date = new Date(at);
      if (!fits(date)) at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
      else if (!hours?.(date.getUTCHours())) at = Math.floor(at / 3_600_000) * 3_600_000 + 3_600_000;
      else if (!minutes?.(date.getUTCMinutes())) at += MINUTE;
      else return at;
    }
    return Number.POSITIVE_INFINITY;
  };
}

const names = [
  {},
  {},
  {},
  numbered("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
  numbered("SUN MON TUE WED THU FRI SAT"),
  {},
];
const starts = [0, 0, 1, 1, 1, 1970];

function numbered(list: string): Record<string, number> {
  return Object.fromEntries(list.split(" ").map((name, index) => [name, index + 1]));
}

/** One field: `*`, `?`, values, ranges, lists and steps; `L`, `W` and `#` are not known. */
function cronField(field: string, index: number, expression: string): (value: number) => boolean {
  const tests = field.split(",").map((part): ((value: number) => boolean) => {
    const [range = "*", step = "1"] = part.split("/");
    const known: Record<string, number> = names[index] ?? {};
    const [low = Number.NaN, high = part.includes("/") ? Number.POSITIVE_INFINITY : low] =
      range === "*" || range === "?"
        ? [starts[index], Number.POSITIVE_INFINITY]
        : range.split("-").map((text) => known[text] ?? Number(text));
    if (Number.isNaN(low) || Number.isNaN(high) || Number.isNaN(Number(step))) {
      throw new TemplateError(`the field ${field} of ${expression} is not known to the local stack`);
    }
    return (value) => value >= low && value <= high && (value - low) % Number(step) === 0;
  });
  return (value) => tests.some((test) => test(value));
}
