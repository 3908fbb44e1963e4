import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bin, checks, outcome, root, run, runAll, type Step } from "./steps.ts";

/**
 * `npm test`: build, types, lint, synthesis and every test. A failed step does not stop the others. The last line counts
 * the runner's tests plus one for each other step. Arguments go to vitest. Only the tests and synthesis wait for the
 * build; types and lint run beside it and beside the first tests.
 */
type Counts = { passed: number; failed: number; skipped: number };

/** The runner's report: its counts, and the files by duration, slowest first. */
type Report = Counts & { slowest: { file: string; seconds: number }[] };

const shownFiles = 10;

const build: Step = ["build", process.execPath, "scripts/build.ts"];
const synthesis: Step = ["synthesis", bin("cdk"), "synth", "--quiet"];

async function main(): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const report = (name: string, ok: boolean, seconds: number) => {
    console.log(outcome(name, ok, seconds));
    counts[ok ? "passed" : "failed"] += 1;
    if (!ok) failures.push(name);
  };
  const built = runAll([build], report);
  const checked = runAll(checks, report);
  const synthesized = Promise.all([built, checked]).then(() => runAll([synthesis], report));
  await built;

  const folder = mkdtempSync(join(tmpdir(), "clearing-test-"));
  try {
    console.log("=== tests");
    // Many workers load the same sources, so the first one compiles them for all.
    process.env.NODE_COMPILE_CACHE = join(folder, "compiled");
    const file = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const ok = await run(bin("vitest"), ["run", ...reporters, ...process.argv.slice(2)]);
    await synthesized;
    const tests = readReport(file);
    if (tests) {
      counts.passed += tests.passed;
      counts.failed += tests.failed;
      counts.skipped += tests.skipped;
      console.log(
        `\nThe slowest files:\n${tests.slowest.map(({ file, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${file}`).join("\n")}\n`,
      );
      if (tests.passed + tests.failed === 0) report("tests: none ran", false, 0);
      // A file that cannot be loaded, or an error outside every test, fails the run without failing a test.
      else if (!ok && tests.failed === 0) report("tests: the run did not finish", false, 0);
    } else report("tests: no report", false, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
  return counts;
}

function readReport(file: string): Report | undefined {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    const files = (report.testResults as { name: string; startTime: number; endTime: number }[]).map(
      ({ name, startTime, endTime }) => ({ file: relative(root, name), seconds: (endTime - startTime) / 1_000 }),
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
      slowest: files.toSorted((one, other) => other.seconds - one.seconds).slice(0, shownFiles),
    };
  } catch {
    return undefined;
  }
}

const { passed, failed, skipped } = await main();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
