const mostRemembered = 5_000;

/**
 * A pure function of dates, instants and zones that remembers what it gave. A booking with many dues asks for the same
 * dates at each write, and the calendar's own arithmetic takes some ten microseconds.
 */
export function remembered<Args extends readonly (string | number)[], Value>(
  compute: (...args: Args) => Value,
): (...args: Args) => Value {
  const known = new Map<string, Value>();
  return (...args) => {
    const key = args.join(" ");
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(...args);
    if (known.size >= mostRemembered) known.clear();
    known.set(key, value);
    return value;
  };
}
