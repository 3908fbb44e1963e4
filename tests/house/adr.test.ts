import { describe, expect, test } from "vitest";
import { type Page, pagesIn } from "../harness/pages.ts";

const adrs = pagesIn("docs/adr/[0-9]*.md");
const [index] = pagesIn("docs/adr/README.md");

type Head = { file: string; number: number; title: string; status: string; date: string };

const headPattern =
  /^# (\d+)\. (.+)\n\nStatus: (accepted|superseded by \[ADR \d+\]\([\w.-]+\)), (\d{4}-\d{2}-\d{2})\n\n/;

const fileOf = ({ path }: Page): string => path.split("/").at(-1) ?? "";

/** What an ADR says of itself, or what is wrong with it. */
function headOf(adr: Page): Head | string {
  const file = fileOf(adr);
  const [, number, title = "", status = "", date = ""] = headPattern.exec(adr.text) ?? [];
  if (number === undefined) return `${file} does not begin with its number, title, status and date`;
  if (Number(number) !== Number(file.slice(0, 4))) return `${file} calls itself ${number}`;
  if (!/^Consequences: ./m.test(adr.text)) return `${file} names no consequences`;
  return { file, number: Number(number), title, status, date };
}

const lineOf = ({ file, number, title, status, date }: Head): string =>
  `| [${number}](${file}) | ${title} | ${status} | ${date} |`;

const problemsOf = (pages: readonly Page[]): string[] =>
  pages.map(headOf).filter((head): head is string => typeof head === "string");

const linesOf = (pages: readonly Page[]): string[] =>
  pages.map(headOf).flatMap((head) => (typeof head === "string" ? [] : [lineOf(head)]));

const indexed = (index?.text ?? "").split("\n").filter((line) => /^\| \[\d+\]/.test(line));

describe("the decisions", () => {
  test("each has its number, title, status, date and consequences", () => {
    expect(adrs.length).toBeGreaterThan(40);
    expect(problemsOf(adrs)).toEqual([]);
  });

  test("the index has one line for each, as the decision itself says", () => {
    expect(indexed).toEqual(linesOf(adrs));
  });

  test("control: a head that lacks its status, a wrong number and a missing consequence are seen", () => {
    const made = (text: string): Page => ({ path: "docs/adr/0007-made-up.md", text });

    expect(problemsOf([made("# 7. Made up\n\nText.\n\nConsequences: none.\n")])).toHaveLength(1);
    expect(problemsOf([made("# 8. Made up\n\nStatus: accepted, 2026-11-27\n\nConsequences: none.\n")])).toHaveLength(1);
    expect(problemsOf([made("# 7. Made up\n\nStatus: accepted, 2026-11-27\n\nText.\n")])).toHaveLength(1);
    expect(problemsOf([made("# 7. Made up\n\nStatus: accepted, 2026-11-27\n\nConsequences: none.\n")])).toEqual([]);
  });
});
