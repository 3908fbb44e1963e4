import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A Markdown page: its path from the root, and its text. */
export type Page = { path: string; text: string };

export const pagesIn = (...globs: readonly string[]): Page[] =>
  globSync(globs, { cwd: root, exclude: (name) => name.endsWith("node_modules") })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** The files that a path in a page can mean: from the root, in a package, of a function, or a test by its name. */
export const filesOf = (path: string): string[] => {
  const [first, ...rest] = path.split("/");
  const places = [path, `packages/${first}/src/${rest.join("/")}`, `functions/${path}`, `tests/*/${path}`];
  return globSync(places, { cwd: root, exclude: (name) => name.endsWith("node_modules") });
};

/** The sources that a page names, such as `store/place.ts`; `contracts/routes/*.ts` means several. */
export const sourcesNamed = ({ text }: Page): string[] =>
  [...text.matchAll(/`([\w./{},*-]+\.tsx?)`/g)].map(([, path = ""]) => path);

export const missingSources = (page: Page): string[] => sourcesNamed(page).filter((path) => filesOf(path).length === 0);

/** The declarations that a page names: `store/place.ts`: `isFreeNow`, or several names separated by commas. */
export const declarationsNamed = ({ text }: Page): { path: string; name: string }[] =>
  [...text.matchAll(/`([\w./-]+\.ts)`: ((?:`\w+`(?:, )?)+)(?!\.)/g)].flatMap(([, path = "", names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => ({ path, name })),
  );

/** The files that the comments of a source name without existing: pages of `docs` and sources, also those beside it. */
export const missingInComments = ({ path, text }: Page): string[] =>
  [...text.matchAll(/^\s*(?:\/\/|\/?\*).*$/gm)]
    .flatMap(([comment]) => [...comment.matchAll(/(?<![\w./*<>-])[\w./-]*\w\.(?:md|ts)\b/g)].map(([name]) => name))
    .filter(
      (name) => ![name, join("docs", name), join(dirname(path), name)].some((file) => existsSync(join(root, file))),
    )
    .filter((name) => filesOf(name).length === 0);

export const missingDeclarations = (page: Page): string[] =>
  declarationsNamed(page)
    .filter(({ path, name }) => !filesOf(path).some((file) => declares(readFileSync(join(root, file), "utf8"), name)))
    .map(({ path, name }) => `${path}: ${name}`);

/** A declaration at the top level of a source, or a property of a record. */
const declares = (source: string, name: string): boolean =>
  new RegExp(`^(export )?(async )?(const|function\\*?|type|class) ${name}\\b`, "m").test(source);

/** The lines of a page's drawings that Mermaid splits at a semicolon, which ends a statement there. */
export const splitDrawingLines = ({ text }: Page): string[] =>
  [...text.matchAll(/^```mermaid\n(.*?)^```/gms)].flatMap(([, drawing = ""]) =>
    drawing.split("\n").filter((line) => line.includes(";")),
  );

/** The links of a page to missing files of the repository. */
export const brokenLinks = ({ path, text }: Page): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.replace(/#.*$/, ""))
    .filter((target) => target !== "" && !/^\w+:/.test(target))
    .filter((target) => globSync(join(dirname(path), target), { cwd: root }).length === 0);
