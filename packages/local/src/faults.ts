/** The faults that each part of the stack supports; others are refused. */
const kindsOf = {
  dynamodb: ["error", "throttle", "conflict", "timeout", "crash_after", "stale_index"],
  stripe: ["error", "throttle", "conflict", "timeout"],
  events: ["error", "throttle", "timeout", "crash_after", "duplicate"],
} as const;
type Target = keyof typeof kindsOf;
export type FaultKind = (typeof kindsOf)[Target][number];

/**
 * A fault as `POST /_local/faults` accepts it. `function` (a construct's name) and `action` narrow it down. `seconds`:
 * the lag of a stale index in the stack's time.
 */
export type Fault = {
  target: Target;
  kind: FaultKind;
  rate: number;
  seed?: number;
  seconds?: number;
  function?: string;
  action?: string;
};

/** The active faults. Each draws from a separate seeded sequence. */
export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  /** Clears the faults and the counts of `struck`. */
  reset(): void;
  /** Whether a fault of `kind` strikes this call. Draws a number only if one is active. */
  strikes(target: Fault["target"], kind: FaultKind, call?: { function: string; action: string }): boolean;
  /** Whether a fault of `kind` is active, for this function if given. */
  has(kind: FaultKind, fn?: string): boolean;
  /** The lag of a stale index in milliseconds. */
  lagMs(): number;
  /**
   * An Int32 with the number of faults that concern a function's calls of DynamoDB, in memory shared with worker
   * threads.
   */
  countFor(fn: string): SharedArrayBuffer;
  /** How often each kind has struck since the start, `{"dynamodb crash_after": 2}`. */
  struck(): Record<string, number>;
};

/** Parses a requested fault; returns a message if it is invalid. `functions` are the constructs' names. */
export function readFault(input: Record<string, unknown>, functions: readonly string[]): Fault | string {
  const { target, kind, rate, seed, seconds, function: name, action, ...unknown } = input;
  if (!isTarget(target)) return `target must be one of ${Object.keys(kindsOf).join(", ")}`;
  const kinds: readonly unknown[] = kindsOf[target];
  if (!kinds.includes(kind)) return `kind must be one of ${kinds.join(", ")} where the target is ${target}`;
  if (typeof rate !== "number" || rate < 0 || rate > 1) return "rate must be a number from 0 to 1";
  if (seed !== undefined && !Number.isInteger(seed)) return "seed must be a whole number";
  if (seconds !== undefined && kind !== "stale_index") return "seconds is allowed only with the kind stale_index";
  if (seconds !== undefined && !(typeof seconds === "number" && seconds > 0)) return "seconds must be a number above 0";
  if ((name ?? action) !== undefined && (target === "stripe" || kind === "duplicate"))
    return `function and action are not allowed for ${target === "stripe" ? "Stripe's faults" : "duplicates"}`;
  if (name !== undefined && !functions.some((known) => known === name))
    return `function must be one of ${functions.join(", ")}`;
  if (action !== undefined && typeof action !== "string")
    return "action must be an operation such as TransactWriteItems";
  const [stray] = Object.keys(unknown);
  if (stray !== undefined)
    return `unknown field ${stray}; known fields: target, kind, rate, seed, seconds, function, action`;
  return input as Fault;
}

const isTarget = (value: unknown): value is Target => typeof value === "string" && Object.hasOwn(kindsOf, value);

const usualLagSeconds = 5;

export function createFaults(): Faults {
  let active: { fault: Fault; random: () => number }[] = [];
  const counts = new Map<string, SharedArrayBuffer>();
  const struck = new Map<string, number>();
  const mayStrike = (fn: string, fault: Fault) => fault.function === undefined || fault.function === fn;
  // An index that is stale for one function must see the writes of all others.
  const concerns = (fn: string, fault: Fault) =>
    fault.target === "dynamodb" && (mayStrike(fn, fault) || fault.kind === "stale_index");
  const recount = () => {
    for (const [fn, count] of counts) {
      new Int32Array(count)[0] = active.filter(({ fault }) => concerns(fn, fault)).length;
    }
  };
  const clear = () => {
    active = [];
    recount();
  };
  return {
    countFor(fn) {
      const count = counts.get(fn) ?? new SharedArrayBuffer(4);
      counts.set(fn, count);
      recount();
      return count;
    },
    add(fault) {
      active.push({ fault, random: seededRandom(fault.seed ?? 1) });
      recount();
    },
    clear,
    reset() {
      clear();
      struck.clear();
    },
    has: (kind, fn) => active.some(({ fault }) => fault.kind === kind && (fn === undefined || mayStrike(fn, fault))),
    lagMs: () => Math.max(...active.map(({ fault }) => fault.seconds ?? usualLagSeconds), 0) * 1_000,
    strikes(target, kind, call) {
      let hit = false;
      for (const { fault, random } of active) {
        if (fault.target !== target || fault.kind !== kind) continue;
        if (fault.function !== undefined && fault.function !== call?.function) continue;
        if (fault.action !== undefined && fault.action !== call?.action) continue;
        if (random() < fault.rate) hit = true;
      }
      if (hit) struck.set(`${target} ${kind}`, (struck.get(`${target} ${kind}`) ?? 0) + 1);
      return hit;
    },
    struck: () => Object.fromEntries(struck),
  };
}

/** Mulberry32: a small generator whose whole sequence follows from `seed`. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
