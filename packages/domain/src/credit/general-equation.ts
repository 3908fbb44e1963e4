import type { UnitPeriods } from "./time-between.ts";

/** An advance or payment with its time from the beginning of the term. Amounts are positive, in minor units. */
export type TimedFlow = UnitPeriods & { amount: number };

/** The upper limit of the rate per unit-period: 1,000 times the amount owed. */
const highestRate = 1_000;
/** The upper end of the first bracket; each next one is twice as high. */
const lowestBound = 1 / 256;
/** More steps than bisection alone would need to reach a rate's last digit. */
const maxSteps = 200;

/**
 * Solves the general equation of Appendix J (b)(8): the rate per unit-period at which the payments and the advances
 * have the same present value, each divided by (1 + fraction x rate)(1 + rate)^whole. Null if no rate from 0 to 1,000
 * solves it.
 */
export function solveUnitPeriodRate(advances: readonly TimedFlow[], payments: readonly TimedFlow[]): number | null {
  const owed = advances.map(({ whole, fraction, amount }) => ({ whole, fraction, amount: -amount }));
  const flows = [...owed, ...payments];
  const bracket = bracketRate(flows);
  return bracket === null ? null : rateWithin(flows, bracket);
}

/**
 * Whether a rate is the only solution: until the last advance, the present value of the payments so far never exceeds
 * that of the advances so far. Otherwise a second rate might solve the equation too.
 */
export function isOnlySolution(rate: number, advances: readonly TimedFlow[], payments: readonly TimedFlow[]): boolean {
  const growth = Math.log1p(rate);
  const tolerance = 1e-9 * advances.reduce((sum, { amount }) => sum + amount, 0);
  let paid = 0;
  let owed = 0;
  let next = 0;
  for (const advance of advances) {
    for (let payment = payments[next]; payment !== undefined && isBefore(payment, advance); payment = payments[next]) {
      paid += worthAt(rate, growth, payment);
      next++;
    }
    if (paid - owed > tolerance) return false;
    owed += worthAt(rate, growth, advance);
  }
  return true;
}

const isBefore = (a: UnitPeriods, b: UnitPeriods): boolean => a.whole + a.fraction < b.whole + b.fraction;

/** The present value of a flow at the beginning of the term; `growth` is log(1 + rate). */
const worthAt = (rate: number, growth: number, { amount, whole, fraction }: TimedFlow): number =>
  (amount * Math.exp(-whole * growth)) / (1 + fraction * rate);

type Bracket = { low: number; high: number };

/** The present value of the payments less that of the advances at a rate, and its derivative by the rate. */
function valueAt(flows: readonly TimedFlow[], rate: number): { value: number; slope: number } {
  const growth = Math.log1p(rate);
  let value = 0;
  let slope = 0;
  for (const flow of flows) {
    const worth = worthAt(rate, growth, flow);
    value += worth;
    slope -= worth * (flow.fraction / (1 + flow.fraction * rate) + flow.whole / (1 + rate));
  }
  return { value, slope };
}

/** Doubles the rate until the advances are worth more. At rate 0 the value is exactly the finance charge. */
function bracketRate(flows: readonly TimedFlow[]): Bracket | null {
  const { value: financeCharge } = valueAt(flows, 0);
  if (financeCharge < 0) return null;
  if (financeCharge === 0) return { low: 0, high: 0 };
  let low = 0;
  while (low < highestRate) {
    const high = Math.min(highestRate, low === 0 ? lowestBound : 2 * low);
    if (valueAt(flows, high).value <= 0) return { low, high };
    low = high;
  }
  return null;
}

/**
 * Newton's method inside a bracket that each step narrows. If a step would leave the bracket, or is at least half as
 * long as the one before, bisects the bracket instead.
 */
function rateWithin(flows: readonly TimedFlow[], { low, high }: Bracket): number {
  const bounds = { low, high };
  let rate = low;
  let step = high - low;
  for (let steps = 0; steps < maxSteps && Math.abs(step) > Number.EPSILON * rate; steps++) {
    const { value, slope } = valueAt(flows, rate);
    if (value === 0) return rate;
    if (value > 0) bounds.low = rate;
    else bounds.high = rate;
    const newton = rate - value / slope;
    const holds = newton > bounds.low && newton < bounds.high && Math.abs(newton - rate) < Math.abs(step) / 2;
    const next = holds ? newton : (bounds.low + bounds.high) / 2;
    step = next - rate;
    rate = next;
  }
  return rate;
}
