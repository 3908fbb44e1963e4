/** A control tries inputs until one is refused, however few inputs the properties of a run get. */
export const untilCaught = { numRuns: 1_000, endOnFailure: true };
