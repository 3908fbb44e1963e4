import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { domainMutantFigures } from "../mutants/domain.ts";
import { storeMutantFigures } from "../mutants/store.ts";
import { aprFigures } from "./apr.ts";
import { coldStartFigures } from "./cold-start.ts";
import { collectingFigures } from "./collecting.ts";
import { costFigures } from "./cost.ts";
import { holdingFigures } from "./holding.ts";
import { listFigures } from "./lists.ts";
import { localStackFigures } from "./local-stack.ts";
import { type Figure, holds } from "./measure.ts";
import { httpFigures } from "./over-http.ts";
import { planningFigures } from "./planning.ts";
import { proofFigures } from "./proofs-at-size.ts";
import { requestFigures } from "./requests.ts";
import { roundTripFigures } from "./round-trips.ts";
import { settlingFigures } from "./settling.ts";
import { sweepReadFigures } from "./sweep-reads.ts";
import { sweepingFigures } from "./sweeping.ts";
import { yearFigures } from "./year.ts";

/**
 * `npm run bench` measures all figures, and the two sides of a ratio in the same run. `--only` names one part,
 * `--without` leaves one out. `--write` stores the figures in docs/benchmarks.md and keeps those of other parts.
 * `--before <git ref>` also measures the build of that ref, in turns, in the parts that compare builds. Exits with 1 if
 * a bound does not hold.
 */
const { values: flags } = parseArgs({
  options: {
    write: { type: "boolean" },
    only: { type: "string" },
    without: { type: "string" },
    before: { type: "string" },
  },
});

const parts: Record<string, (options: { before: string | undefined }) => Promise<Figure[]>> = {
  "cold start": coldStartFigures,
  holding: holdingFigures,
  "over HTTP": httpFigures,
  "local stack": localStackFigures,
  settling: settlingFigures,
  collecting: collectingFigures,
  requests: requestFigures,
  "round trips": roundTripFigures,
  cost: costFigures,
  lists: listFigures,
  planning: planningFigures,
  apr: aprFigures,
  sweeping: sweepingFigures,
  "sweep reads": sweepReadFigures,
  "proofs at size": proofFigures,
  year: yearFigures,
  "domain mutants": domainMutantFigures,
  "store mutants": storeMutantFigures,
};

const unknown = [flags.only, flags.without].find((name) => name !== undefined && !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`there is no part "${unknown}"; the parts are ${Object.keys(parts).join(", ")}`);
  process.exit(1);
}

const bound = ({ bound: limits }: Figure): string => {
  if (limits === undefined) return "";
  return limits.least === undefined ? `at most ${limits.most}` : `at least ${limits.least}`;
};

const page = join(import.meta.dirname, "../../docs/benchmarks.md");
const tables = new Map<string, string>();
let broken = 0;
for (const [name, measure] of Object.entries(parts)) {
  if ((flags.only !== undefined && flags.only !== name) || flags.without === name) continue;
  console.log(`\n${name}`);
  const figures = await measure({ before: flags.before });
  for (const figure of figures) {
    const verdict = holds(figure) ? "" : "  <-- out of bounds";
    console.log(`  ${figure.what.padEnd(76)} ${figure.value.padStart(32)}  ${bound(figure)}${verdict}`);
    if (verdict) broken++;
  }
  const rows = figures.map((figure) => `| ${figure.what} | ${figure.value} | ${bound(figure)} |`);
  const reasons = figures.flatMap((figure) =>
    figure.missed === undefined || holds(figure) ? [] : [`Missed, ${figure.what}: ${figure.missed}`],
  );
  const table = `| figure | measured | bound |\n| --- | --- | --- |\n${rows.join("\n")}`;
  const measured = `Measured ${new Date().toISOString().slice(0, 10)}.`;
  tables.set(name, `${[`## ${name}`, measured, table, ...reasons].join("\n\n")}\n`);
}

if (flags.write) {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const intro = `# Benchmarks

\`npm run bench -- --write\` writes this page. Each part shows the figures and the date of its last run. \`--only\` and
\`--without\` choose the parts to measure. The last run was on ${machine}, with the embedded DynamoDB.

Absolute figures are for one machine that runs everything at once: clients, gateway, functions, queues, Stripe, database.
Ratios are measured side by side in one run, and most bounds apply to ratios.
`;
  const kept = existsSync(page) ? readFileSync(page, "utf8").split(/^(?=## )/m) : [];
  const all = Object.keys(parts).flatMap(
    (name) => tables.get(name) ?? kept.find((one) => one.startsWith(`## ${name}\n`)) ?? [],
  );
  writeFileSync(page, `${[intro, ...all].map((one) => one.trim()).join("\n\n")}\n`);
}
process.exitCode = broken > 0 ? 1 : 0;
