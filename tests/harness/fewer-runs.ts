/**
 * The loop of unit tests tries each property with as many inputs as `PROPERTY_RUNS` says. `npm test` sets no number:
 * fast-check then tries 100, unless a property asks for another number.
 */
const runs = Number(process.env.PROPERTY_RUNS);
if (runs > 0) (await import("fast-check")).default.configureGlobal({ numRuns: runs });

export {};
