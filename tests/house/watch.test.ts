import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { building, reloading, sorting, watchTree } from "../../scripts/watch.ts";

const functions = ["Booking", "StripeEvents"].map((label) => ({ label }));

/** A stack that records the reloaded functions, and a folder of bundles with the given hashes. */
function world(hashes: Record<string, string>, routes = ["get /v1/programs"]) {
  const reloaded: string[][] = [];
  const lines: string[] = [];
  const stack = { topology: { functions }, reload: (labels: readonly string[]) => void reloaded.push([...labels]) };
  const { reload } = reloading(
    stack as unknown as Parameters<typeof reloading>[0],
    { bundles: () => new Map(Object.entries(hashes)), routes: () => routes.join() },
    (line) => lines.push(line),
  );
  return { reload, reloaded, lines, hashes, routes };
}

test("only the functions that a build has changed are reloaded", () => {
  const { reload, reloaded, hashes } = world({ booking: "1", "stripe-events": "1" });
  hashes["stripe-events"] = "2";

  reload();

  expect(reloaded).toEqual([["StripeEvents"]]);
});

test("a build that changed the routes says that they need a restart", () => {
  const { reload, lines, hashes, routes } = world({ booking: "1" });
  hashes.booking = "2";
  routes.push("get /v1/other");

  reload();

  expect(lines).toEqual(["reloaded booking", "the routes changed: restart npm start to apply them"]);
});

test("a build that changed nothing reloads nothing, and says so", () => {
  const { reload, reloaded, lines } = world({ booking: "1" });

  reload();

  expect(reloaded).toEqual([[]]);
  expect(lines).toEqual(["no bundle changed"]);
});

test("a build reports how long it took, and a change meanwhile waits for its own build", async () => {
  const lines: string[] = [];
  const builds = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  const begun = [...builds];
  const build = () => (begun.shift() as (typeof builds)[number]).promise;
  const changed = building(
    build,
    () => lines.push("reloaded"),
    (line) => lines.push(line.replace(/[\d.]+ s$/, "N s")),
  );

  const first = changed("one.ts");
  await Promise.resolve();
  const second = changed("two.ts");
  builds[0]?.resolve(true);
  await first;
  builds[1]?.resolve(false);
  await second;

  expect(lines).toEqual([
    "one.ts changed: building",
    "two.ts changed: its build starts after this one",
    "built in N s",
    "reloaded",
    "two.ts changed: building",
    "build failed; the functions keep running the last build:\n",
  ]);
});

test("saves that follow each other are built once, and reported once if they need a restart", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const lines: string[] = [];
  const changed = sorting(
    (path) => lines.push(`building ${path}`),
    (line) => lines.push(line),
  );
  const saved = ["functions/booking/handler.ts", "packages/local/src/clock.ts", "packages/local/src/clock.test.ts"];

  for (const path of [...saved, ...saved]) changed(path);
  vi.advanceTimersByTime(1_000);
  changed("packages/local/src/clock.ts");
  vi.advanceTimersByTime(1_000);

  const restart = "packages/local/src/clock.ts changed: restart npm start to apply it";
  expect(lines).toEqual(["building functions/booking/handler.ts", restart, restart]);
});

test("a reload that fails is reported, and the next change is built", async () => {
  const lines: string[] = [];
  let reloads = 0;
  const changed = building(
    async () => true,
    () => {
      if (++reloads === 1) throw new Error("no such file");
    },
    (line) => lines.push(line.replace(/[\d.]+ s$/, "N s")),
  );

  await changed("one.ts");
  await changed("two.ts");

  expect(reloads).toBe(2);
  expect(lines).toEqual([
    "one.ts changed: building",
    "built in N s",
    "the reload failed, save again: no such file",
    "two.ts changed: building",
    "built in N s",
  ]);
});

test("a file is watched after it was replaced, and so is a file of a new folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "clearing-watch-"));
  mkdirSync(join(folder, "booking"));
  const file = join(folder, "booking/hold.ts");
  writeFileSync(file, "1");
  const seen = new Set<string>();
  const stop = watchTree(folder, (path) => seen.add(path));
  onTestFinished(() => {
    stop();
    rmSync(folder, { recursive: true });
  });
  const replace = async () => {
    seen.clear();
    writeFileSync(join(folder, "aside"), "2");
    renameSync(join(folder, "aside"), file);
    await vi.waitFor(() => expect([...seen]).toContain(file), 10_000);
  };

  await replace();
  await replace();
  mkdirSync(join(folder, "refund"));
  const added = join(folder, "refund/spread.ts");
  await vi.waitFor(() => {
    writeFileSync(added, "1");
    expect([...seen]).toContain(added);
  }, 10_000);
});
