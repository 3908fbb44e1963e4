import { TemplateError } from "./resource.ts";

/** The first tick of a schedule at or after an instant, in epoch milliseconds. */
export type Ticks = (from: number) => number;

/** Parses `rate(5 minutes)`: it ticks at whole multiples since the epoch. */
export function parseSchedule(expression: string): Ticks {
  const minutes = /^rate\((\d+) minutes?\)$/.exec(expression)?.[1];
  if (minutes === undefined)
    throw new TemplateError(`the schedule expression ${expression} is not supported by the local stack`);
  const every = Number(minutes) * 60_000;
  return (from) => Math.ceil(from / every) * every;
}
