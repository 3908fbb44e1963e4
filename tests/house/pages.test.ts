import { describe, expect, test } from "vitest";
import {
  brokenLinks,
  declarationsNamed,
  missingDeclarations,
  missingSources,
  type Page,
  pagesIn,
  sourcesNamed,
  splitDrawingLines,
} from "../harness/pages.ts";

const pages = pagesIn("*.md", "docs/**/*.md", "packages/*/README.md");
const page = (path: string): Page => pages.find((one) => one.path === path) ?? { path, text: "" };

describe("what the pages say is where they say", () => {
  test("the architecture leads to many files and functions", () => {
    expect(sourcesNamed(page("docs/architecture.md")).length).toBeGreaterThan(80);
    expect(declarationsNamed(page("docs/architecture.md")).length).toBeGreaterThan(80);
  });

  // An ADR names what was there when it was decided, and a package's README its own files.
  test.each(pagesIn("{CONTRIBUTING,SECURITY,CHANGELOG}.md", "docs/*.md", "docs/how-to/*.md").map(({ path }) => path))(
    "the sources and declarations that %s names are there",
    (path) => {
      expect(missingSources(page(path))).toEqual([]);
      expect(missingDeclarations(page(path))).toEqual([]);
    },
  );

  test("no link between the pages is broken", () => {
    expect(pages.length).toBeGreaterThan(50);
    expect(pages.flatMap((one) => brokenLinks(one).map((target) => `${one.path} -> ${target}`))).toEqual([]);
  });

  test("no label of a drawing has a semicolon, at which Mermaid would end the statement", () => {
    const doctored = { path: "made-up.md", text: "```mermaid\nstateDiagram-v2\n  a --> b: no; first\n```\n" };

    expect(splitDrawingLines(doctored)).toEqual(["  a --> b: no; first"]);
    expect(pages.filter(({ text }) => text.includes("```mermaid")).length).toBeGreaterThan(4);
    expect(pages.flatMap(splitDrawingLines)).toEqual([]);
  });

  test("control: what was renamed is seen", () => {
    const text = "`store/place.ts`: `isFreeNow`, `isFreeThen`, `store/plaice.ts` and [a page](docs/no-such-page.md)";
    const doctored = { path: "made-up.md", text };

    expect(missingSources(doctored)).toEqual(["store/plaice.ts"]);
    expect(missingDeclarations(doctored)).toEqual(["store/place.ts: isFreeThen"]);
    expect(brokenLinks(doctored)).toEqual(["docs/no-such-page.md"]);
  });
});
