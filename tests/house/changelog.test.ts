import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventNames } from "@clearing/domain/event";
import { expect, test } from "vitest";
import { routes } from "../../packages/contracts/src/openapi.ts";
import { type Page, pagesIn } from "../harness/pages.ts";

const [changelog = { path: "", text: "" }] = pagesIn("CHANGELOG.md");

const format = /^const format = "(\d+)";$/m.exec(
  readFileSync(join(import.meta.dirname, "../../packages/local/src/data-folder.ts"), "utf8"),
)?.[1];

/** The formats that have a section in the changelog, in its order. */
const formatsIn = ({ text }: Page): number[] =>
  [...text.matchAll(/^## Format (\d+) \(\d{4}-\d\d-\d\d\)$/gm)].map(([, number]) => Number(number));

const without = (names: readonly string[], { text }: Page): string[] =>
  names.filter((name) => !text.includes(`\`${name}\``));

const escaped = (text: string): string => text.replace(/[{}.]/g, "\\$&");

test("the changelog has a section for each format of stored data, newest first", () => {
  const present = Number(format);

  expect(formatsIn(changelog)).toEqual(Array.from({ length: present }, (_, index) => present - index));
});

test("the changelog names every event", () => {
  expect(without(eventNames, changelog)).toEqual([]);
});

test("the changelog names the path of every route", () => {
  const paths = [...new Set(routes.map(({ path }) => path))];

  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !new RegExp(`[\\s\`]${escaped(path)}\``).test(changelog.text))).toEqual([]);
});

test("control: a missing format and a missing event are detected", () => {
  const doctored = { path: "", text: "## Format 2 (2026-11-24)\n`BookingHeld`\n" };

  expect(formatsIn(doctored)).toEqual([2]);
  expect(without(["BookingHeld", "BookingForgotten"], doctored)).toEqual(["BookingForgotten"]);
});
