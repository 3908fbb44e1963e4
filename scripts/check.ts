import { checks, runAll } from "./steps.ts";

/** `npm run check`: types, lint and unused code, in parallel. */
const failed: string[] = [];
await Promise.all(checks.map((step) => runAll([step], (name, ok) => !ok && failed.push(name))));
console.log(failed.length === 0 ? "all checks passed" : `failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
