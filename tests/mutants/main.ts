import { mutateDomain, percent } from "./domain.ts";

/** `npm run mutants -- domain [folder...]`: the mutants of the domain that its tests do not notice. */
const [what, ...filters] = process.argv.slice(2);
if (what !== "domain") throw new Error("say what to mutate: domain");
const { noticed, mutants, score } = await mutateDomain(filters);
console.log(`${noticed} of ${mutants} mutants noticed (${percent(score)})`);
