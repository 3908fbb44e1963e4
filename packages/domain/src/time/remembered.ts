const mostRemembered = 5_000;

/** Values by their arguments: one map per argument, because building a key would take longer than the lookup. */
type Known<Value> = { value?: Value; next?: Map<string | number, Known<Value>> };

/**
 * Memoizes a pure function of texts and numbers, such as dates and time zones. Each write of a booking with many dues
 * needs the same dates, and the calendar's arithmetic takes up to ten microseconds per call.
 */
export function remembered<Args extends readonly (string | number)[], Value>(
  compute: (...args: Args) => Value,
): (...args: Args) => Value {
  let root: Known<Value> = {};
  let computed = 0;
  return (...args) => {
    const found = knownOf(root, args).value;
    if (found !== undefined) return found;
    if (computed === mostRemembered) {
      root = {};
      computed = 0;
    }
    computed++;
    const value = compute(...args);
    knownOf(root, args).value = value;
    return value;
  };
}

function knownOf<Value>(root: Known<Value>, args: readonly (string | number)[]): Known<Value> {
  let known = root;
  for (const arg of args) {
    known.next ??= new Map();
    let next = known.next.get(arg);
    if (next === undefined) {
      next = {};
      known.next.set(arg, next);
    }
    known = next;
  }
  return known;
}
