import { describe, expect, test } from "vitest";
import { type Page, pagesIn } from "../harness/pages.ts";

const adrs = pagesIn("docs/adr/[0-9]*.md");
const [index] = pagesIn("docs/adr/README.md");

type Head = { file: string; number: number; title: string; status: string; date: string };

const headPattern =
  /^# (\d+)\. (.+)\n\nStatus: (accepted|superseded by \[ADR \d+\]\([\w.-]+\)), (\d{4}-\d{2}-\d{2})\n\n/;

const fileOf = ({ path }: Page): string => path.split("/").at(-1) ?? "";

const sections = ["Context", "Decision", "Options considered", "Consequences"];

/** The sections of an ADR that have text, in order. */
const sectionsIn = (text: string): string[] =>
  [...text.matchAll(/^## (.+)\n\n(?!#)\S/gm)].map(([, title = ""]) => title);

/** The head of an ADR, or its problem. */
function headOf(adr: Page): Head | string {
  const file = fileOf(adr);
  const [, number, title = "", status = "", date = ""] = headPattern.exec(adr.text) ?? [];
  if (number === undefined) return `${file} does not begin with its number, title, status and date`;
  if (Number(number) !== Number(file.slice(0, 4))) return `${file} has the number ${number} in its title`;
  if (sectionsIn(adr.text).join() !== sections.join()) return `${file} does not consist of ${sections.join(", ")}`;
  return { file, number: Number(number), title, status, date };
}

const lineOf = ({ file, number, title, status, date }: Head): string =>
  `| [${number}](${file}) | ${title} | ${status} | ${date} |`;

const problemsOf = (pages: readonly Page[]): string[] =>
  pages.map(headOf).filter((head): head is string => typeof head === "string");

const linesOf = (pages: readonly Page[]): string[] =>
  pages.map(headOf).flatMap((head) => (typeof head === "string" ? [] : [lineOf(head)]));

const indexed = (index?.text ?? "").split("\n").filter((line) => /^\| \[\d+\]/.test(line));

describe("the architecture decision records", () => {
  test("have a number, a title, a status, a date and all sections", () => {
    expect(adrs.length).toBeGreaterThan(40);
    expect(problemsOf(adrs)).toEqual([]);
  });

  test("have one line each in the index, equal to their heads", () => {
    expect(indexed).toEqual(linesOf(adrs));
  });

  test("control: a head without a status, a wrong number, and a missing or empty section are detected", () => {
    const body = sections.map((title) => `## ${title}\n\nText.\n`).join("\n");
    const status = "Status: accepted, 2026-11-27";
    const problemsIn = (text: string) => problemsOf([{ path: "docs/adr/0007-made-up.md", text }]);

    expect(problemsIn(`# 7. Made up\n\n${status}\n\n${body}`)).toEqual([]);
    expect(problemsIn(`# 7. Made up\n\n${body}`)).toHaveLength(1);
    expect(problemsIn(`# 8. Made up\n\n${status}\n\n${body}`)).toHaveLength(1);
    for (const title of sections) {
      const section = `## ${title}\n\nText.\n`;
      expect(problemsIn(`# 7. Made up\n\n${status}\n\n${body.replace(section, "")}`)).toHaveLength(1);
      expect(problemsIn(`# 7. Made up\n\n${status}\n\n${body.replace(section, `## ${title}\n`)}`)).toHaveLength(1);
    }
  });
});
