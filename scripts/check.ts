import { checks, outcome, runAll } from "./steps.ts";

/** `npm run check`: types, lint and unused code, in parallel. */
const failed: string[] = [];
const report = (name: string, ok: boolean, seconds: number) => {
  console.log(outcome(name, ok, seconds));
  if (!ok) failed.push(name);
};
await Promise.all(checks.map((step) => runAll([step], report)));
console.log(failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
