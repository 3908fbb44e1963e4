import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { stampOf } from "../../scripts/build.ts";
import { removeOldBundles } from "../../scripts/synthesize.ts";

const sources = new Map([
  ["functions/mailer/handler.ts", "1"],
  ["packages/domain/src/money/index.ts", "1"],
  ["packages/domain/src/time/index.ts", "1"],
  ["packages/domain/package.json", "1"],
  ["pnpm-lock.yaml", "1"],
]);
const mailer = ["functions/mailer/handler.ts", "packages/domain/src/money/index.ts", "node_modules/zod/index.js"];
const stamp = (change: (sources: Map<string, string>) => void) => {
  const changed = new Map(sources);
  change(changed);
  return stampOf(mailer, changed);
};

test("a bundle's stamp stays the same while its sources do, whatever else changes", () => {
  const same = stamp(() => {});

  expect(stamp((all) => all.set("packages/domain/src/time/index.ts", "2"))).toBe(same);
  expect(stamp((all) => all.set("functions/booking/handler.ts", "1"))).toBe(same);
  expect(stampOf(mailer.toReversed(), sources)).toBe(same);
});

test("a bundle's stamp changes with each of its sources and with what all depend on, and when one is deleted", () => {
  const stamps = [
    stamp(() => {}),
    stamp((all) => all.set("functions/mailer/handler.ts", "2")),
    stamp((all) => all.set("packages/domain/src/money/index.ts", "2")),
    stamp((all) => all.delete("packages/domain/src/money/index.ts")),
    stamp((all) => all.set("packages/domain/package.json", "2")),
    stamp((all) => all.set("pnpm-lock.yaml", "2")),
  ];

  expect(new Set(stamps).size).toBe(stamps.length);
});

test("a fault in a source ends a build with its place and one line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "build-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const importOf = (path: string) => JSON.stringify(join(import.meta.dirname, path));
  const script = `
    import { bundle } from ${importOf("../../scripts/esbuild.ts")};
    import { orExit } from ${importOf("../harness/or-exit.ts")};
    const setup = ({ onLoad }) => onLoad({ filter: /mailer.handler.ts$/ }, () => ({ contents: "const broken = ;" }));
    await orExit(bundle("mailer", ${JSON.stringify(folder)}, [{ name: "broken", setup }]));`;

  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);

  const { code, stderr } = (await run.catch((error) => error)) as { code: number; stderr: string };
  expect(code).toBe(1);
  expect(stderr).toContain("functions/mailer/handler.ts:1:15");
  expect(stderr.split("\n").filter((line) => /^\S/.test(line))).toEqual([
    expect.stringContaining("Unexpected"),
    "the functions could not be built: the places are above",
  ]);
});

test("builds of several processes end in each other's place, whole, and leave nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "build-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const builds = `
    import { mkdirSync, writeFileSync } from "node:fs";
    import { putInPlace } from ${JSON.stringify(join(import.meta.dirname, "../../scripts/build.ts"))};
    const aside = ${JSON.stringify(join(folder, "dist."))} + process.pid;
    for (let build = 0; build < 200; build++) {
      mkdirSync(aside + "/functions", { recursive: true });
      for (const file of ["one", "two"]) writeFileSync(aside + "/functions/" + file, process.pid + " " + build);
      putInPlace(aside, ${JSON.stringify(join(folder, "dist"))});
    }`;

  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", builds]);
  await Promise.all([run(), run(), run()]);

  expect(readdirSync(folder)).toEqual(["dist"]);
  const [one, two] = ["one", "two"].map((file) => readFileSync(join(folder, "dist/functions", file), "utf8"));
  expect(one).toBe(two);
});

test("a synthesis deletes bundles that its templates do not use, after a week", () => {
  const folder = mkdtempSync(join(tmpdir(), "synthesized-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
  for (const [name, age] of [
    ["used", 30],
    ["recent", 6],
    ["old", 8],
  ] as const) {
    for (const path of [`asset.${name}`, `asset.${name}.compiled`]) {
      mkdirSync(join(folder, path));
      utimesSync(join(folder, path), daysAgo(age), daysAgo(age));
    }
  }
  writeFileSync(
    join(folder, "api.assets.json"),
    JSON.stringify({ files: { used: { source: { path: "asset.used" } } } }),
  );

  removeOldBundles(folder);

  const left = ["api.assets.json", "asset.recent", "asset.recent.compiled", "asset.used", "asset.used.compiled"];
  expect(readdirSync(folder).sort()).toEqual(left);
});
