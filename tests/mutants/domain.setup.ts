import fc from "fast-check";

// One counterexample notices a mutant. Shrinking it would help only a person who reads it.
fc.configureGlobal({ endOnFailure: true });

// Files share a worker, and each activates the mutant before its first test. No mutant is active while the next file
// loads, because a failure there would count as an error, and not as noticed.
const stryker: unknown = Reflect.get(globalThis, "__stryker__");
if (typeof stryker === "object" && stryker !== null) Reflect.set(stryker, "activeMutant", undefined);
