import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Our packages that each part may import. Dependencies point inwards. */
const mayImport: Record<string, readonly string[]> = {
  "packages/domain": [],
  "packages/contracts": ["domain"],
  "packages/store": ["domain", "contracts"],
  "packages/payments": ["domain", "contracts"],
  "packages/commands": ["domain", "contracts", "store", "payments"],
  "packages/runtime": ["domain", "contracts", "store", "payments", "commands"],
  functions: ["domain", "contracts", "store", "payments", "commands", "runtime"],
  infra: [],
  "packages/stripe-simulator": [],
  "packages/local": ["stripe-simulator"],
};

/**
 * The libraries of the pure core: for dates without the current time, holidays, differences, markup, canonical JSON and
 * hashes.
 */
const domainMayUse =
  /^(temporal-polyfill\/fns\/(?!Now)\w+|@18f\/us-federal-holidays|microdiff|canonicalize|hono\/html|node:crypto)$/;

/** Parts that receive the time, random numbers and ids as arguments. */
const below = ["packages/domain", "packages/contracts", "packages/store", "packages/payments", "packages/commands"];

type Source = { path: string; text: string };

const sourcesOf = (part: string): Source[] =>
  globSync(`${part}/**/*.ts`, { cwd: root, exclude: (path) => /(^|\/)(node_modules|testing)$/.test(path) })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");

/** Every module that a source imports, including types: a type of an outer layer is a dependency too. */
function importsOf({ text }: Source): string[] {
  const code = withoutComments(text);
  const patterns = [
    /^\s*(?:import|export)\s[^"';]*?\bfrom\s*"([^"]+)"/gm,
    /^\s*import\s*"([^"]+)"/gm,
    /\bimport\(\s*"([^"]+)"/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""));
}

function forbiddenImports(part: string, sources: readonly Source[]): string[] {
  const allowed = mayImport[part] ?? [];
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((specifier) => {
        if (specifier.startsWith(".")) return !join(dirname(source.path), specifier).startsWith(`${part}/`);
        const ours = /^@clearing\/([^/]+)/.exec(specifier)?.[1];
        if (ours !== undefined) return ours !== part.split("/").at(-1) && !allowed.includes(ours);
        return part === "packages/domain" && !domainMayUse.test(specifier);
      })
      .map((specifier) => `${source.path} imports ${specifier}`),
  );
}

/** Packages that other products could use: they and their tests import only what they declare. */
const separable = ["packages/local", "packages/stripe-simulator"];

type Manifest = { dependencies?: object; optionalDependencies?: object; devDependencies?: object };
const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));

/** The libraries that all tests may import. */
const testTools = ["vitest", "fast-check"];

/** The imports of a part and its tests that are neither its own files nor declared. */
function undeclaredImports(part: string, sources: readonly Source[], manifest: Manifest): string[] {
  const declared = [manifest.dependencies, manifest.optionalDependencies, manifest.devDependencies].flatMap((names) =>
    Object.keys(names ?? {}),
  );
  const nameOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((specifier) =>
        specifier.startsWith(".")
          ? !join(dirname(source.path), specifier).startsWith(`${part}/`)
          : !specifier.startsWith("node:") && ![...declared, ...testTools].includes(nameOf(specifier)),
      )
      .map((specifier) => `${source.path} imports ${specifier}`),
  );
}

const withTestsOf = (part: string): Source[] =>
  globSync(`${part}/src/**/*.ts`, { cwd: root }).map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  }));

/** The paths, from the root, of our sources that a source imports. */
const oursIn = (source: Source): string[] =>
  importsOf(source)
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith("@clearing/"))
    .map((specifier) => relative(root, createRequire(join(root, source.path)).resolve(specifier)));

/** Each import cycle, as its path: its sources in order, separated by `>`. */
function cyclesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Set<string>();
  const visit = (path: string, above: readonly string[]): string[] => {
    if (above.includes(path)) return [[...above.slice(above.indexOf(path)), path].join(" > ")];
    if (left.has(path)) return [];
    const found = (imports.get(path) ?? []).flatMap((next) => visit(next, [...above, path]));
    left.add(path);
    return found;
  };
  return [...imports.keys()].flatMap((path) => visit(path, []));
}

const ambient = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/g;

const ambientCalls = (sources: readonly Source[]): string[] =>
  sources.flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(ambient)].map(([found]) => `${path} uses ${found}`),
  );

describe("dependencies point inwards", () => {
  test.each(Object.keys(mayImport))("%s imports only inner layers", (part) => {
    const sources = sourcesOf(part);

    expect(sources.length).toBeGreaterThan(0);
    expect(forbiddenImports(part, sources)).toEqual([]);
  });

  test("every package is in the list of layers", () => {
    const packages = globSync("packages/*/package.json", { cwd: root }).map(dirname);

    expect(Object.keys(mayImport)).toEqual(expect.arrayContaining(packages));
  });

  test.each([
    ["packages/domain", 'import { commit } from "@clearing/store/commit";'],
    ["packages/domain", 'import type { Stripe } from "stripe";'],
    ["packages/domain", 'import { readFileSync } from "node:fs";'],
    ["packages/contracts", 'export { keys } from "@clearing/store/keys";'],
    ["packages/store", 'import {\n  type Gateway,\n} from "@clearing/payments";'],
    ["packages/payments", 'const { store } = await import("@clearing/store");'],
    ["packages/runtime", 'import { sweep } from "../../../functions/sweep/sweep.ts";'],
    ["functions", 'import { startStack } from "@clearing/local";'],
    ["infra", 'import { openapiDocument } from "@clearing/contracts/openapi";'],
  ])("control: %s may not %s", (part, text) => {
    const made = { path: `${part}/src/made-up.ts`, text };

    expect(forbiddenImports(part, [made])).toHaveLength(1);
  });
});

describe("the local stack and the simulator do not depend on the product", () => {
  test.each(separable)("%s imports only what it declares, also in its tests", (part) => {
    expect(undeclaredImports(part, withTestsOf(part), manifestOf(part))).toEqual([]);
  });

  test.each(separable)("%s declares no dependency on the product", (part) => {
    const { dependencies, optionalDependencies, devDependencies } = manifestOf(part);
    const ours = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });

    expect(
      ours.filter((name) => name.startsWith("@clearing/") && !separable.some((one) => one.endsWith(name.slice(9)))),
    ).toEqual([]);
  });

  test.each(separable)("%s has a README and tests", (part) => {
    expect(globSync(`${part}/README.md`, { cwd: root })).toHaveLength(1);
    expect(withTestsOf(part).filter(({ path }) => path.endsWith(".test.ts")).length).toBeGreaterThan(10);
  });

  test.each([
    'import { readConfig } from "@clearing/runtime/config";',
    'import type { Booking } from "@clearing/domain/booking";',
    'import { openCohort } from "../../../tests/harness/http.ts";',
    'import { DynamoDBClient } from "@aws-sdk/client-dynamodb";',
  ])("control: a test may not %s", (text) => {
    const made = { path: "packages/local/src/made-up.test.ts", text };

    expect(undeclaredImports("packages/local", [made], manifestOf("packages/local"))).toHaveLength(1);
  });
});

/** The imports of stacks or of the app. Stacks import constructs, and the app imports stacks. */
const stacksIn = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) =>
    importsOf(source).filter((specifier) => /^\.\.\/(stacks\/|clearing|app)/.test(specifier)),
  );

describe("constructs do not depend on stacks", () => {
  test("no construct imports a stack", () => {
    const sources = sourcesOf("infra/constructs");

    expect(sources.length).toBeGreaterThan(0);
    expect(stacksIn(sources)).toEqual([]);
  });

  test("control: an import of a stack's type is detected", () => {
    const text = 'import type { ApiStack } from "../stacks/api.ts";';

    expect(stacksIn([{ path: "infra/constructs/made-up.ts", text }])).toEqual(["../stacks/api.ts"]);
  });
});

describe("imports have no cycles, including imports of types", () => {
  test("no source imports itself through others", () => {
    const sources = ["packages", "functions", "infra", "scripts", "tests"].flatMap(sourcesOf);

    expect(cyclesIn(new Map(sources.map((source) => [source.path, oursIn(source)])))).toEqual([]);
  });

  test.each([
    ["of two", { "a.ts": ["b.ts"], "b.ts": ["a.ts"] }, ["a.ts > b.ts > a.ts"]],
    ["behind an entry", { "a.ts": ["b.ts"], "b.ts": ["c.ts"], "c.ts": ["b.ts"] }, ["b.ts > c.ts > b.ts"]],
    ["of one", { "a.ts": ["a.ts"] }, ["a.ts > a.ts"]],
    ["is not found where two paths meet", { "a.ts": ["b.ts", "c.ts"], "b.ts": ["d.ts"], "c.ts": ["d.ts"] }, []],
  ])("control: a cycle %s", (_where, imports, cycles) => {
    expect(cyclesIn(new Map(Object.entries(imports)))).toEqual(cycles);
  });

  test("control: an import of a type counts, and so does one of our package by its name", () => {
    const made = (text: string) => ({ path: "packages/domain/src/made-up.ts", text });

    expect(oursIn(made('import type { Money } from "./money/index.ts";'))).toEqual([
      "packages/domain/src/money/index.ts",
    ]);
    expect(oursIn(made('import { add } from "@clearing/domain/money";'))).toEqual([
      "packages/domain/src/money/index.ts",
    ]);
  });
});

describe("the clock, random numbers and ids come from the handler", () => {
  test.each(below)("%s reads no clock and creates no random value", (part) => {
    expect(ambientCalls(sourcesOf(part))).toEqual([]);
  });

  test("no function does, except in its handler.ts", () => {
    const wired = sourcesOf("functions").filter(({ path }) => !path.endsWith("/handler.ts"));

    expect(ambientCalls(wired)).toEqual([]);
  });

  test.each(["Date.now()", "new Date()", "Math.random()", "randomUUID()", "clock = Date.now"])(
    "control: %s is detected",
    (call) => {
      expect(ambientCalls([{ path: "packages/domain/src/made-up.ts", text: `const made = ${call};` }])).toHaveLength(1);
    },
  );

  test("control: a given instant and a comment are allowed", () => {
    const text = "const made = new Date(instant); // not Date.now()";

    expect(ambientCalls([{ path: "packages/domain/src/made-up.ts", text }])).toEqual([]);
  });
});

/** The dependencies whose version is a range, so that another one than the tested one could be installed. */
const unpinned = ({ dependencies, optionalDependencies, devDependencies }: Manifest): string[] =>
  Object.entries({ ...dependencies, ...optionalDependencies, ...devDependencies })
    .filter(([, version]) => !/^(workspace:\*|\d+\.\d+\.\d+)$/.test(String(version)))
    .map(([name, version]) => `${name} ${version}`);

describe("each dependency has one version", () => {
  test.each([".", ...globSync("{packages/*,functions,infra,tests}", { cwd: root })])("in %s", (part) => {
    expect(unpinned(manifestOf(part))).toEqual([]);
  });

  test("control: a range is detected", () => {
    const ranges = { a: "^1.2.3", b: "~1.2.3", c: "*", d: ">=1", e: "latest", f: "24" };

    expect(unpinned({ devDependencies: { ...ranges, pinned: "1.2.3", ours: "workspace:*" } })).toHaveLength(6);
  });
});
