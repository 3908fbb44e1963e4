import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What each part may import of ours. Dependencies point inwards; what is not listed here may import nothing. */
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
 * The pure core computes and nothing else: dates without a present, holidays, differences, markup, canonical forms,
 * hashes.
 */
const domainMayUse =
  /^(temporal-polyfill\/fns\/(?!Now)\w+|@18f\/us-federal-holidays|microdiff|canonicalize|hono\/html|node:crypto)$/;

/** Parts in which time, chance and ids arrive as arguments. */
const below = ["packages/domain", "packages/contracts", "packages/store", "packages/payments", "packages/commands"];

type Source = { path: string; text: string };

const sourcesOf = (part: string): Source[] =>
  globSync(`${part}/**/*.ts`, { cwd: root, exclude: (path) => /(^|\/)(node_modules|testing)$/.test(path) })
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");

/** Every module that a source names, types included: a type of the outer layer ties the inner one to it as well. */
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

/** Packages that somebody else could use: with their tests they need nothing of the product, and nothing undeclared. */
const separable = ["packages/local", "packages/stripe-simulator"];

type Manifest = { dependencies?: object; optionalDependencies?: object; devDependencies?: object };
const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));

/** What the tests of every package run with. */
const testTools = ["vitest", "fast-check"];

/** What a part imports, its tests included, from outside of itself and without declaring it. */
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

/** The sources of ours that a source imports, by their paths from the root. */
const oursIn = (source: Source): string[] =>
  importsOf(source)
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith("@clearing/"))
    .map((specifier) => relative(root, createRequire(join(root, source.path)).resolve(specifier)));

/** Each import that closes a circle, with the way around: `a.ts > b.ts > a.ts`. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
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
  test.each(Object.keys(mayImport))("%s imports only what lies further in", (part) => {
    const sources = sourcesOf(part);

    expect(sources.length).toBeGreaterThan(0);
    expect(forbiddenImports(part, sources)).toEqual([]);
  });

  test("every package has its place in the order", () => {
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

describe("the local stack and the simulator could be taken out", () => {
  test.each(separable)("%s imports what it declares, in its tests too", (part) => {
    expect(undeclaredImports(part, withTestsOf(part), manifestOf(part))).toEqual([]);
  });

  test.each(separable)("%s declares nothing of the product", (part) => {
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
  ])("control: a test of one may not %s", (text) => {
    const made = { path: "packages/local/src/made-up.test.ts", text };

    expect(undeclaredImports("packages/local", [made], manifestOf("packages/local"))).toHaveLength(1);
  });
});

/** A stack is made of constructs, and the app of stacks. */
const stacksIn = (sources: readonly Source[]): string[] =>
  sources.flatMap((source) =>
    importsOf(source).filter((specifier) => /^\.\.\/(stacks\/|clearing|app)/.test(specifier)),
  );

describe("infrastructure is built from below", () => {
  test("no construct knows a stack", () => {
    const sources = sourcesOf("infra/constructs");

    expect(sources.length).toBeGreaterThan(0);
    expect(stacksIn(sources)).toEqual([]);
  });

  test("control: a stack's type is seen", () => {
    const text = 'import type { ApiStack } from "../stacks/api.ts";';

    expect(stacksIn([{ path: "infra/constructs/made-up.ts", text }])).toEqual(["../stacks/api.ts"]);
  });
});

describe("imports run in no circle, types included", () => {
  test("no source of the repository imports itself by way of others", () => {
    const sources = ["packages", "functions", "infra", "scripts", "tests"].flatMap(sourcesOf);

    expect(circlesIn(new Map(sources.map((source) => [source.path, oursIn(source)])))).toEqual([]);
  });

  test.each([
    ["of two", { "a.ts": ["b.ts"], "b.ts": ["a.ts"] }, ["a.ts > b.ts > a.ts"]],
    ["behind a way in", { "a.ts": ["b.ts"], "b.ts": ["c.ts"], "c.ts": ["b.ts"] }, ["b.ts > c.ts > b.ts"]],
    ["of one", { "a.ts": ["a.ts"] }, ["a.ts > a.ts"]],
    ["not where two ways meet", { "a.ts": ["b.ts", "c.ts"], "b.ts": ["d.ts"], "c.ts": ["d.ts"] }, []],
  ])("control: a circle %s", (_where, imports, circles) => {
    expect(circlesIn(new Map(Object.entries(imports)))).toEqual(circles);
  });

  test("control: a type is an import, and so is our own package by its name", () => {
    const made = (text: string) => ({ path: "packages/domain/src/made-up.ts", text });

    expect(oursIn(made('import type { Money } from "./money/index.ts";'))).toEqual([
      "packages/domain/src/money/index.ts",
    ]);
    expect(oursIn(made('import { add } from "@clearing/domain/money";'))).toEqual([
      "packages/domain/src/money/index.ts",
    ]);
  });
});

describe("time, chance and ids come from the handler", () => {
  test.each(below)("%s reads no clock and draws no lot", (part) => {
    expect(ambientCalls(sourcesOf(part))).toEqual([]);
  });

  test("neither does what a function wires together", () => {
    const wired = sourcesOf("functions").filter(({ path }) => !path.endsWith("/handler.ts"));

    expect(ambientCalls(wired)).toEqual([]);
  });

  test.each(["Date.now()", "new Date()", "Math.random()", "randomUUID()", "clock = Date.now"])(
    "control: %s is seen",
    (call) => {
      expect(ambientCalls([{ path: "packages/domain/src/made-up.ts", text: `const made = ${call};` }])).toHaveLength(1);
    },
  );

  test("control: a given instant and a comment are not", () => {
    const text = "const made = new Date(instant); // not Date.now()";

    expect(ambientCalls([{ path: "packages/domain/src/made-up.ts", text }])).toEqual([]);
  });
});
