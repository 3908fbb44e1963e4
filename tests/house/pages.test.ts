import { describe, expect, test } from "vitest";
import {
  brokenLinks,
  declarationsNamed,
  missingDeclarations,
  missingInComments,
  missingSources,
  type Page,
  pagesIn,
  sourcesNamed,
  splitDrawingLines,
} from "../harness/pages.ts";

const pages = pagesIn("*.md", "docs/**/*.md", "packages/*/README.md");
const page = (path: string): Page => pages.find((one) => one.path === path) ?? { path, text: "" };

describe("the documentation", () => {
  test("names many files and functions in the page on architecture", () => {
    expect(sourcesNamed(page("docs/architecture.md")).length).toBeGreaterThan(80);
    expect(declarationsNamed(page("docs/architecture.md")).length).toBeGreaterThan(80);
  });

  // Not in ADRs, which name the files of their time, nor in a package's README, which names files relative to it.
  test.each(pagesIn("{CONTRIBUTING,SECURITY,CHANGELOG}.md", "docs/*.md", "docs/how-to/*.md").map(({ path }) => path))(
    "names only existing sources and declarations in %s",
    (path) => {
      expect(missingSources(page(path))).toEqual([]);
      expect(missingDeclarations(page(path))).toEqual([]);
    },
  );

  test("names only existing files in the comments of sources", () => {
    const sources = pagesIn("{packages,functions,infra,tests,scripts}/**/*.ts");

    expect(sources.length).toBeGreaterThan(500);
    expect(sources.flatMap((one) => missingInComments(one).map((name) => `${one.path}: ${name}`))).toEqual([]);
  });

  test("has no broken link between its pages", () => {
    expect(pages.length).toBeGreaterThan(50);
    expect(pages.flatMap((one) => brokenLinks(one).map((target) => `${one.path} -> ${target}`))).toEqual([]);
  });

  test("has no semicolon in a label of a drawing, where Mermaid would end the statement", () => {
    const doctored = { path: "made-up.md", text: "```mermaid\nstateDiagram-v2\n  a --> b: no; first\n```\n" };

    expect(splitDrawingLines(doctored)).toEqual(["  a --> b: no; first"]);
    expect(pages.filter(({ text }) => text.includes("```mermaid")).length).toBeGreaterThan(4);
    expect(pages.flatMap(splitDrawingLines)).toEqual([]);
  });

  test("control: a renamed file, a renamed declaration and a broken link are detected", () => {
    const comment = {
      path: "packages/store/src/made-up.ts",
      text: "/** By plaice.md, place.ts and plaice.ts. */\n",
    };
    const text = "`store/place.ts`: `isFreeNow`, `isFreeThen`, `store/plaice.ts` and [a page](docs/no-such-page.md)";
    const doctored = { path: "made-up.md", text };

    expect(missingSources(doctored)).toEqual(["store/plaice.ts"]);
    expect(missingDeclarations(doctored)).toEqual(["store/place.ts: isFreeThen"]);
    expect(missingInComments(comment)).toEqual(["plaice.md", "plaice.ts"]);
    expect(brokenLinks(doctored)).toEqual(["docs/no-such-page.md"]);
  });
});
