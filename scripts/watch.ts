import { createHash } from "node:crypto";
import { type FSWatcher, globSync, readdirSync, readFileSync, statSync, watch as watchFolder } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Stack } from "@clearing/local";
import { distOf } from "./build.ts";
import { isSame } from "./bundles.ts";
import { root, run } from "./steps.ts";

type Log = (line: string) => void;

/** Saves within this time count as one change. */
const settleMs = 150;

/**
 * Builds after each change of a source and reloads the functions whose bundles changed. A failed build is reported, and
 * the stack keeps running. Changes of the infrastructure and of the local stack need a restart.
 */
export function watchSources(stack: Stack, log: Log): void {
  const dist = distOf("together");
  const { reload } = reloading(stack, { bundles: () => bundlesOf(dist), routes: () => routesOf(dist) }, log);
  const built = building((said) => run(process.execPath, ["scripts/build.ts", "together"], said), reload, log);
  const changed = sorting(built, log);
  for (const folder of ["packages", "functions", "infra"]) {
    watchTree(join(root, folder), (path) => changed(relative(root, path)));
  }
  log("watching packages, functions and infra");
}

/**
 * Builds for a changed source, or reports that the change needs a restart, once the saves have settled: one save causes
 * several events.
 */
export function sorting(build: (path: string) => void, log: Log): (path: string) => void {
  const buildFor = settled(build);
  const reportRestart = settled((path) => log(`${path} changed: restart npm start to apply it`));
  return (path) => {
    if (isSource(path)) (needsNewStart(path) ? reportRestart : buildFor)(path);
  };
}

/** Calls `act` with the last path, once no other has come for `settleMs`. */
function settled(act: (path: string) => void): (path: string) => void {
  let timer: NodeJS.Timeout | undefined;
  return (path) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(path), settleMs);
  };
}

/**
 * Reports each changed file in a folder and its subfolders. Node's recursive mode loses a file on Linux once an editor or
 * Git has replaced it, so each folder is watched separately. Returns a function that stops.
 */
export function watchTree(top: string, changed: (path: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const watch = (folder: string) => {
    if (basename(folder) === "node_modules") return;
    // A folder that was deleted and created again needs a new watcher.
    watchers.get(folder)?.close();
    const watcher = watchFolder(folder, (_, name) => {
      if (name === null) return;
      const path = join(folder, name);
      if (isFolder(path)) watch(path);
      else changed(path);
    });
    watchers.set(folder, watcher);
    const inside = readdirSync(folder, { withFileTypes: true });
    for (const entry of inside) if (entry.isDirectory()) watch(join(folder, entry.name));
  };
  watch(top);
  return () => {
    for (const watcher of watchers.values()) watcher.close();
  };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Builds for one change after another, and reports how long each build took. */
export function building(
  build: (said: (output: Buffer) => void) => Promise<boolean>,
  reload: () => void,
  log: Log,
): (path: string) => Promise<void> {
  let work = Promise.resolve();
  let isBuilding = false;
  const buildFor = async (path: string) => {
    isBuilding = true;
    log(`${path} changed: building`);
    const started = performance.now();
    const said: Buffer[] = [];
    const ok = await build((output) => said.push(output));
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    if (ok) log(`built in ${seconds} s`);
    else log(`build failed; the functions keep running the last build:\n${Buffer.concat(said)}`);
    try {
      if (ok) reload();
    } catch (error) {
      // Another build can replace the bundles at that moment.
      log(`the reload failed, save again: ${(error as Error).message}`);
    }
    isBuilding = false;
  };
  return (path) => {
    if (isBuilding) log(`${path} changed: its build starts after this one`);
    work = work.then(() => buildFor(path));
    return work;
  };
}

const isSource = (path: string): boolean =>
  /\.(ts|json|html|css)$/.test(path) && !/node_modules|\.test\.ts$|(^|\/)testing\//.test(path);
const needsNewStart = (path: string): boolean => /^(infra|packages\/(local|stripe-simulator))\//.test(path);

/** What a build has made: the hash of each function's bundle, by folder name, and the routes with their access. */
type Built = { bundles: () => Map<string, string>; routes: () => string };

/**
 * Reloads the functions whose bundles' content has changed since the last call. The gateway keeps the routes with which
 * it started, so changed ones are reported.
 */
export function reloading(
  { reload, topology }: Pick<Stack, "reload" | "topology">,
  { bundles, routes }: Built,
  log: Log,
): { reload: () => void } {
  let before = bundles();
  const served = routes();
  return {
    reload() {
      const now = bundles();
      const names = [...now].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name);
      before = now;
      const labels = topology.functions.map(({ label }) => label);
      reload(labels.filter((label) => names.some((name) => isSame(name, label))));
      log(names.length === 0 ? "no bundle changed" : `reloaded ${names.join(", ")}`);
      if (routes() !== served) log("the routes changed: restart npm start to apply them");
    },
  };
}

/** Every route and who may call it. */
function routesOf(dist: string): string {
  type Operation = { security?: unknown };
  const { paths } = JSON.parse(readFileSync(join(dist, "openapi.json"), "utf8")) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => `${method} ${path} ${JSON.stringify(security)}`),
  );
  return routes.sort().join("\n");
}

/** The hash of each function's bundle, by folder name. */
function bundlesOf(dist: string): Map<string, string> {
  return new Map(
    globSync(`${dist}/functions/*`).map((folder) => {
      const hash = createHash("sha256");
      for (const file of globSync(`${folder}/*.{mjs,json,html}`).sort()) hash.update(readFileSync(file));
      return [basename(folder), hash.digest("hex")];
    }),
  );
}
