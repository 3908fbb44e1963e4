const mostRemembered = 5_000;

/**
 * Memoizes a pure function of texts and numbers, such as dates and time zones. Each write of a booking with many dues
 * needs the same dates, and the calendar's arithmetic takes about ten microseconds per call.
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
