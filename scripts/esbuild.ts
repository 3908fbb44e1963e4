import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { BuildOptions, Metafile, Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");

/** CommonJS code in a bundle calls `require` for Node's own modules, which an ES module must define. */
const require = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** The exports of `node:http` that Node takes from undici. */
const ofUndici = ["WebSocket", "CloseEvent", "MessageEvent"];

/**
 * Reads `node:http` as CommonJS does. For an ES module Node evaluates each export, also those of undici, and loading
 * undici takes as long as loading a bundle.
 */
const leanHttp: Plugin = {
  name: "http-without-undici",
  setup: ({ onResolve, onLoad }) => {
    const names = Object.keys(process.getBuiltinModule("node:http")).filter((name) => !ofUndici.includes(name));
    const contents = [
      'const http = process.getBuiltinModule("node:http");',
      `export const { ${names.join(", ")} } = http;`,
      "export default http;",
    ];
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === "require-call" ? undefined : { path: "http", namespace: "node" },
    );
    onLoad({ filter: /^http$/, namespace: "node" }, () => ({ contents: contents.join("\n") }));
  },
};

/** A source has a fault. esbuild has printed the place of each. */
export class BuildFailed extends Error {
  constructor() {
    super("the functions could not be built: the places are above");
  }
}

/** One function's bundle. `initial` is the size of what a cold start reads: the entry and its static imports. */
export type Bundle = { name: string; bytes: number; initial: number };

const handlerOf = (name: string): string => join(root, "functions", name, "handler.ts");

/** Bundles one function into `out/functions/<name>`. `plugins` may change sources, as controls of tests do. */
export async function bundle(name: string, out: string, plugins: Plugin[] = []): Promise<Bundle> {
  const metafile = await esbuild({
    entryPoints: [{ in: handlerOf(name), out: "index" }],
    outdir: join(out, "functions", name),
    plugins: [leanHttp, ...plugins],
  });
  mkdirSync(join(out, "meta"), { recursive: true });
  writeFileSync(join(out, "meta", `${name}.json`), JSON.stringify(metafile));
  return { name, ...sizesOf(metafile, "index.mjs") };
}

/**
 * Bundles all functions in one run of esbuild, which reads each source once: a sixth of the time. Code that several
 * functions use is in chunks that hold more than each of them needs, so a deployment does not have these bundles. Each
 * function's folder gets a copy of its chunks.
 */
export async function bundleTogether(names: readonly string[], out: string): Promise<Bundle[]> {
  // As deep as the functions' folders, because source maps hold relative paths.
  const shared = join(out, "functions", "shared");
  const metafile = await esbuild({
    entryPoints: names.map((name) => ({ in: handlerOf(name), out: name })),
    outdir: shared,
    plugins: [leanHttp],
  });
  for (const name of names) {
    const folder = join(out, "functions", name);
    mkdirSync(folder);
    for (const path of filesOf(metafile, `${name}.mjs`).whole) {
      const file = basename(path);
      if (file === `${name}.mjs`) continue;
      for (const copied of [file, `${file}.map`]) cpSync(join(shared, copied), join(folder, copied));
    }
    const entry = readFileSync(join(shared, `${name}.mjs`), "utf8");
    writeFileSync(join(folder, "index.mjs"), entry.replace(`URL=${name}.mjs.map`, "URL=index.mjs.map"));
    cpSync(join(shared, `${name}.mjs.map`), join(folder, "index.mjs.map"));
  }
  rmSync(shared, { recursive: true });
  return names.map((name) => ({ name, ...sizesOf(metafile, `${name}.mjs`) }));
}

type Inputs = Pick<BuildOptions, "entryPoints" | "stdin" | "outdir" | "plugins">;

/** Runs esbuild as for a function's bundle. Throws `BuildFailed` if a source has a fault. */
export async function esbuild(inputs: Inputs): Promise<Metafile> {
  // esbuild keeps nearly all of its memory until its end. Looking for garbage took a third of its processor time.
  process.env.GOGC ??= "400";
  const { build } = await import("esbuild");
  const usual = {
    absWorkingDir: root,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    metafile: true,
    logLevel: "error",
  } satisfies BuildOptions;
  const built = (more: Pick<BuildOptions, "banner"> = {}) =>
    build({ ...inputs, ...usual, ...more }).catch((error: object) => {
      throw "errors" in error ? new BuildFailed() : error;
    });
  const { metafile } = await built();
  const outputs = Object.values(metafile.outputs);
  if (!outputs.some(({ imports }) => imports.some(({ kind }) => kind === "require-call"))) return metafile;
  return (await built({ banner: { js: require } })).metafile;
}

/** The code of an entry: what a cold start reads, and the whole with what is imported later. */
function filesOf({ outputs }: Metafile, entry: string): { initial: Set<string>; whole: Set<string> } {
  const reached = (isFollowed: (kind: string) => boolean) => {
    const files = new Set<string>();
    const visit = (path: string) => {
      const output = outputs[path];
      if (!output || files.has(path)) return;
      files.add(path);
      for (const { path: next, kind } of output.imports) if (isFollowed(kind)) visit(next);
    };
    visit(Object.keys(outputs).find((path) => basename(path) === entry) ?? "");
    return files;
  };
  return { initial: reached((kind) => kind === "import-statement"), whole: reached(() => true) };
}

function sizesOf(metafile: Metafile, entry: string): { bytes: number; initial: number } {
  const { initial, whole } = filesOf(metafile, entry);
  const sum = (paths: Set<string>) =>
    [...paths].reduce((total, path) => total + (metafile.outputs[path]?.bytes ?? 0), 0);
  return { bytes: sum(whole), initial: sum(initial) };
}
