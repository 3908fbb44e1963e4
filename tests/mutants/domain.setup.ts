import fc from "fast-check";

// One counterexample notices a mutant: a smaller one is looked for where a person reads it.
fc.configureGlobal({ endOnFailure: true });

// Files share a worker, and each wakes the mutant before its first test. None is awake while the next file is read, or
// what it breaks there would count as an error, and not as noticed.
const stryker: unknown = Reflect.get(globalThis, "__stryker__");
if (typeof stryker === "object" && stryker !== null) Reflect.set(stryker, "activeMutant", undefined);
