import { createHash } from "node:crypto";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { BuildFailed, type Bundle, bundle, bundleTogether } from "./esbuild.ts";

const root = join(import.meta.dirname, "..");

/**
 * How functions are bundled: `each` by itself, as they are deployed, or all `together`, in a sixth of the time, for the
 * loops of development.
 */
export type Bundling = "each" | "together";

export function bundlingOf(text = "each"): Bundling {
  if (text === "each" || text === "together") return text;
  throw new Error(`functions are bundled "each" or "together", not "${text}"`);
}

/** The folder of a build. There is one for each way of bundling: a deployment must not take what was bundled together. */
export const distOf = (bundling: Bundling): string => join(root, bundling === "each" ? "dist" : "dist.together");

/** Packages that no function contains: they run on a developer's machine. */
const notBundled = ["local", "stripe-simulator"];

/** A bundle in `bundles.json`, with the hash of the sources in it if it was bundled by itself. */
type BuiltBundle = Bundle & { stamp?: string };

/** The hash of each source file's content, by its path from the root. */
type Sources = Map<string, string>;

/**
 * Writes `dist/`: a folder per function with its bundle, `openapi.json` and `events.json` from the contracts, the
 * documentation page, `currencies.json` with the codes that programs may have, and esbuild's metafile of each bundle in
 * `meta/`. Bundles again only the functions whose sources have changed, and does nothing if none has. `together` writes
 * the same to `dist.together/`, with all bundles and without metafiles. Throws `BuildFailed` if a source has a fault.
 */
export async function build(bundling: Bundling = "each"): Promise<Bundle[]> {
  const dist = distOf(bundling);
  // Read before the build, so that a change during the build is not mistaken for a part of it.
  const sources = readSources();
  const stamp = stampOf(sources.keys(), sources);
  if (readIfThere(join(dist, "stamp")) !== stamp) {
    // Built in a temporary folder and moved, so that nobody reads a half-written one. It is a sibling because source
    // maps hold relative paths.
    const aside = `${dist}.${process.pid}`;
    rmSync(aside, { recursive: true, force: true });
    try {
      mkdirSync(aside);
      const names = functionNames();
      const bundles =
        bundling === "together" ? await bundleTogether(names, aside) : await bundleEach(names, aside, sources);
      writeFileSync(join(aside, "bundles.json"), JSON.stringify(bundles));
      await writeData(aside);
      writeFileSync(join(aside, "stamp"), stamp);
      putInPlace(aside, dist);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  return bundlesOf(dist);
}

/** How often another build may come in between. */
const mostTries = 10;

/** Puts a finished folder in the place of the last one. Another process may do the same at that moment. */
export function putInPlace(aside: string, place: string): void {
  const last = `${aside}.last`;
  for (let tries = 1; ; tries++) {
    try {
      if (existsSync(place)) renameSync(place, last);
      renameSync(aside, place);
      return;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(code) || tries === mostTries) throw error;
    } finally {
      rmSync(last, { recursive: true, force: true });
    }
  }
}

const bundlesOf = (dist: string): BuiltBundle[] => JSON.parse(readIfThere(join(dist, "bundles.json")) ?? "[]");

const ofAll = ["pnpm-lock.yaml", "tsconfig.json", "scripts/build.ts", "scripts/esbuild.ts"];

/** Sources on which every bundle depends: the packages and their exports, the compiler's options and these scripts. */
const isOfAll = (file: string): boolean => ofAll.includes(file) || basename(file) === "package.json";

function readSources(): Sources {
  const folders = globSync("packages/*", { cwd: root }).filter((path) => !notBundled.includes(basename(path)));
  const files = [...folders, "functions"]
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,json,html,css}`, { cwd: root, exclude: isNoSource }))
    .concat(ofAll);
  const contentOf = (file: string) =>
    createHash("sha256")
      .update(readFileSync(join(root, file)))
      .digest("hex");
  return new Map(files.sort().map((file) => [file, contentOf(file)]));
}

/** The hash of these sources, and of those on which all depend. Files of installed packages do not count. */
export function stampOf(files: Iterable<string>, sources: Sources): string {
  const hash = createHash("sha256");
  const counted = new Set([...files, ...[...sources.keys()].filter(isOfAll)]);
  for (const file of [...counted].sort()) if (sources.has(file)) hash.update(`${file}\0${sources.get(file)}\0`);
  return hash.digest("hex");
}

const isNoSource = (path: string) => /(^|\/)node_modules$|\.test\.ts$|(^|\/)testing$/.test(path);

const readIfThere = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

const functionNames = (): string[] =>
  globSync("functions/*/handler.ts", { cwd: root })
    .map((path) => basename(dirname(path)))
    .sort();

async function bundleEach(names: readonly string[], out: string, sources: Sources): Promise<BuiltBundle[]> {
  const last = bundlesOf(distOf("each"));
  // Waits for all, even after a failure: a late bundle must not write into a removed folder.
  const results = await Promise.allSettled(names.map((name) => bundleOrKeep(name, out, sources, last)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** Writes the contracts and the currencies, after the bundles: the folder of a kept one holds the last documents. */
async function writeData(out: string): Promise<void> {
  const { supportedCurrencies } = await import("../packages/domain/src/money/index.ts");
  writeFileSync(join(out, "currencies.json"), JSON.stringify(supportedCurrencies));
  writeContracts(out, await import("../packages/contracts/src/openapi.ts"));
}

/** Copies the last bundle of a function if none of its sources has changed, or bundles the function. */
async function bundleOrKeep(name: string, out: string, sources: Sources, last: BuiltBundle[]): Promise<BuiltBundle> {
  const built = last.find((one) => one.name === name);
  if (built !== undefined && keep(built, out, sources)) return built;
  const bundled = await bundle(name, out);
  return { ...bundled, stamp: stampIn(out, name, sources) };
}

const metaOf = (name: string): string => join("meta", `${name}.json`);

function stampIn(folder: string, name: string, sources: Sources): string {
  const { inputs } = JSON.parse(readFileSync(join(folder, metaOf(name)), "utf8")) as Metafile;
  return stampOf(Object.keys(inputs), sources);
}

/** Whether the last bundle is still right, and copied. It is not if another build replaces it at that moment. */
function keep({ name, stamp }: BuiltBundle, out: string, sources: Sources): boolean {
  const dist = distOf("each");
  try {
    if (stamp !== stampIn(dist, name, sources)) return false;
    for (const kept of [join("functions", name), metaOf(name)])
      cpSync(join(dist, kept), join(out, kept), { recursive: true });
    return stamp === stampIn(dist, name, sources);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
  }
}

type EventSchema = { description: string };
type Contracts = { openapiDocument(): object; eventSchemas(): Record<string, EventSchema> };

/**
 * Writes the contracts as data, which infrastructure and the catalogue function read without importing the contracts.
 */
function writeContracts(out: string, { openapiDocument, eventSchemas }: Contracts): void {
  const document = openapiDocument();
  const openapi = JSON.stringify(document);
  const events = eventSchemas();
  const served = join(out, "functions", "catalogue");
  mkdirSync(served, { recursive: true });
  writeFileSync(join(out, "openapi.json"), openapi);
  writeFileSync(join(out, "events.json"), JSON.stringify(events));
  writeCompressed(join(served, "openapi.json"), openapi);
  writeCompressed(join(served, "docs.html"), docsPage({ ...document, webhooks: webhooksOf(events) }));
}

/**
 * Writes a file uncompressed and compressed, so that no request waits for compression. Brotli's last two levels would
 * take seconds for a tenth less.
 */
function writeCompressed(path: string, text: string): void {
  writeFileSync(path, text);
  writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  writeFileSync(`${path}.gzip`, gzipSync(text, { level: 9 }));
}

/** The events as OpenAPI webhooks, so that the page renders them beside the routes. */
function webhooksOf(events: Record<string, EventSchema>): object {
  const webhook = (name: string, schema: EventSchema) => ({
    post: {
      tags: ["events on the bus"],
      summary: name,
      description: `${schema.description} The body is the \`detail\` of the event, whose source is \`clearing\`.`,
      requestBody: { content: { "application/json": { schema } } },
      responses: {},
    },
  });
  return Object.fromEntries(Object.entries(events).map(([name, schema]) => [name, webhook(name, schema)]));
}

/**
 * RapiDoc with the document inlined: one self-contained file. A wide screen has a menu and shows one operation at a
 * time; a narrow one, where RapiDoc has no menu, gets a list to unfold. The document is only labeled as OpenAPI 3.0:
 * for 3.1, RapiDoc takes seconds to resolve the same references. Its parser for 3.0 would ignore keys beside a `$ref`;
 * the document has none.
 */
function docsPage(document: object): string {
  const rapidoc = readFileSync(join(root, "node_modules/rapidoc/dist/rapidoc-min.js"), "utf8");
  const inline = (text: string) => text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clearing: API</title>
<style>
  /* RapiDoc places an operation's required tokens in the corner of the page. They belong in the operation's corner. */
  rapi-doc::part(section-endpoint-body-expanded) { position: relative; }
</style>
<rapi-doc id="api" theme="light" show-header="false" load-fonts="false" sort-endpoints-by="none"
  schema-style="table" default-schema-tab="schema" schema-description-expanded="true" allow-spec-url-load="false"
  allow-spec-file-load="false" show-method-in-nav-bar="as-colored-text"></rapi-doc>
<script>${inline(rapidoc)}</script>
<script>
  const api = document.getElementById("api");
  // On a narrow screen RapiDoc gives a request less height than it needs, and breaks titles inside a word.
  const mended = new CSSStyleSheet();
  mended.replaceSync(".req-resp-container { display: block !important; } .summary .title { word-break: normal; }");
  api.shadowRoot.adoptedStyleSheets.push(mended);
  const wide = matchMedia("(min-width: 768px)");
  const fit = () => api.setAttribute("render-style", wide.matches ? "focused" : "view");
  wide.addEventListener("change", fit);
  fit();
  const openapi = ${inline(JSON.stringify({ ...document, openapi: "3.0.3" }))};
  addEventListener("DOMContentLoaded", () => api.loadSpec(openapi));
</script>
</html>
`;
}

if (import.meta.main) {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`.padStart(8);
  try {
    const bundles = await build(bundlingOf(process.argv[2]));
    console.log(`${"bundle".padEnd(14)} at start     whole`);
    for (const { name, initial, bytes } of bundles) {
      console.log(`${name.padEnd(14)} ${kilobytes(initial)}  ${kilobytes(bytes)}`);
    }
  } catch (error) {
    // esbuild has printed the place of each fault.
    if (!(error instanceof BuildFailed)) throw error;
    process.exitCode = 1;
  }
}
