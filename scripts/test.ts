import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * `npm test`: types, lint, build and synthesis, then every test. A step that fails does not keep the later ones from
 * running. The last line counts what the runner reported, each step before it as one test. Arguments go to vitest.
 * What needs the build comes after it; types and lint need nothing and run beside it, on the other processor.
 */
const root = join(import.meta.dirname, "..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

type Counts = { passed: number; failed: number; skipped: number };

type Step = readonly [name: string, command: string, ...parameters: string[]];

const lanes: readonly (readonly Step[])[] = [
  [
    ["types", bin("tsc"), "--noEmit"],
    ["lint", bin("biome"), "check", "--error-on-warnings", "."],
    ["unused code", bin("knip")],
  ],
  [
    ["build", process.execPath, "scripts/build.ts", "--measure"],
    ["synthesis", bin("cdk"), "synth", "--quiet"],
  ],
];

/** Runs a command; `said` gets its output, which is let through where nobody takes it. True when it ended well. */
function run(command: string, parameters: readonly string[], said?: (output: Buffer) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd: root, stdio: said ? ["ignore", "pipe", "pipe"] : "inherit" });
    for (const stream of [child.stdout, child.stderr]) if (said) stream?.on("data", said);
    child.on("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
}

async function main(): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const report = (name: string, ok: boolean, started: number) => {
    const time = `${((performance.now() - started) / 1000).toFixed(1)} s`;
    console.log(`${ok ? "passed" : "FAILED"}  ${name} (${time})\n`);
    counts[ok ? "passed" : "failed"] += 1;
    if (!ok) failures.push(name);
  };

  const runLane = async (steps: readonly Step[]) => {
    for (const [name, command, ...parameters] of steps) {
      const started = performance.now();
      const output: Buffer[] = [];
      const ok = await run(command, parameters, (part) => output.push(part));
      console.log(`=== ${name}\n${Buffer.concat(output).toString().trimEnd()}`);
      report(name, ok, started);
    }
  };
  await Promise.all(lanes.map(runLane));

  const folder = mkdtempSync(join(tmpdir(), "clearing-test-"));
  try {
    console.log("=== tests");
    const file = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const ok = await run(bin("vitest"), ["run", ...reporters, ...process.argv.slice(2)]);
    const tests = readReport(file);
    if (tests) {
      counts.passed += tests.passed;
      counts.failed += tests.failed;
      counts.skipped += tests.skipped;
      if (tests.passed + tests.failed === 0) report("tests: none ran", false, performance.now());
      // A file that cannot be loaded, or an error outside of every test, fails the run without failing a test.
      else if (!ok && tests.failed === 0) report("tests: the run failed", false, performance.now());
    } else report("tests: no report", false, performance.now());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
  return counts;
}

function readReport(file: string): Counts | undefined {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return undefined;
  }
}

const { passed, failed, skipped } = await main();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
