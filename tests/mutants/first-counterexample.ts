import fc from "fast-check";

/** One counterexample notices a mutant: a smaller one is looked for where a person reads it. */
fc.configureGlobal({ endOnFailure: true });
