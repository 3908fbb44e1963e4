export const faultKinds = [
  "error",
  "timeout",
  "throttle",
  "conflict",
  "crash_after",
  "stale_index",
  "duplicate",
] as const;
export type FaultKind = (typeof faultKinds)[number];
export const faultTargets = ["dynamodb", "stripe", "events"] as const;

/** A fault as `POST /_local/faults` takes it; `function` (a construct's name) and `action` narrow it down. */
export type Fault = {
  target: (typeof faultTargets)[number];
  kind: FaultKind;
  rate: number;
  seed?: number;
  function?: string;
  action?: string;
};

/** The faults that are switched on. Each draws from its own seeded sequence. */
export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  /** Whether a fault of `kind` strikes this call; draws only if one is switched on. */
  strikes(target: Fault["target"], kind: FaultKind, call?: { function: string; action: string }): boolean;
  /** Whether one of `kind` is switched on at all. */
  has(kind: FaultKind): boolean;
};

export function createFaults(): Faults {
  let active: { fault: Fault; random: () => number }[] = [];
  return {
    add: (fault) => void active.push({ fault, random: seededRandom(fault.seed ?? 1) }),
    clear: () => {
      active = [];
    },
    has: (kind) => active.some(({ fault }) => fault.kind === kind),
    strikes(target, kind, call) {
      let struck = false;
      for (const { fault, random } of active) {
        if (fault.target !== target || fault.kind !== kind) continue;
        if (fault.function !== undefined && fault.function !== call?.function) continue;
        if (fault.action !== undefined && fault.action !== call?.action) continue;
        if (random() < fault.rate) struck = true;
      }
      return struck;
    },
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
