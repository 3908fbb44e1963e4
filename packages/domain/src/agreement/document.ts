import { createHash } from "node:crypto";
import { html } from "hono/html";
import { canonicalHash } from "../canonical/index.ts";

/** Safe markup: `html` escapes each text that is inserted. */
export type Markup = ReturnType<typeof html>;

/**
 * One section of a document. `version` is its wording's version; `hash` is the SHA-256 of its `html` in hexadecimal.
 */
export type Block = { id: string; version: number; hash: string; html: string };

/** A page in sections. `head` and `tail` enclose the sections, so that the stored page is shown byte for byte. */
export type Sections = { head: string; blocks: Block[]; tail: string };

/** A self-contained, printable page of sections, with its HTML and its hash. */
export type SectionedPage = Sections & { html: string; hash: string };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Markup as text. Throws if the markup is a promise, since a document's whole text is known when it is made. */
function textOf(markup: Markup): string {
  if (markup instanceof Promise) throw new Error("the markup of a document must not be a promise");
  return String(markup);
}

/** One section with the version of its wording. */
export function block(id: string, version: number, markup: Markup): Block {
  const text = textOf(markup);
  return { id, version, hash: sha256(text), html: text };
}

/** Joins markup with line breaks. */
export const lines = (all: readonly Markup[]): (string | Markup)[] =>
  all.flatMap((one, index) => (index === 0 ? [one] : ["\n", one]));

/** One paragraph for each text. */
export const paragraphs = (texts: readonly string[]): (string | Markup)[] =>
  lines(texts.map((text) => html`<p>${text}</p>`));

export const row = (...cells: (string | Markup)[]): Markup =>
  html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`;

/** A table with column headers. `kind` is its CSS class. */
export const table = (names: readonly string[], rows: readonly Markup[], kind?: "whole"): Markup =>
  html`<table${kind === undefined ? "" : html` class="${kind}"`}>
<tr>${names.map((name) => html`<th>${name}</th>`)}</tr>
${lines(rows)}
</table>`;

const style = `
body{font:16px/1.5 Georgia,serif;color:#1c2430;max-width:44rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}
h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
td,th{padding:.35rem .5rem;border-bottom:1px solid #d5dae1;text-align:left}
td:last-child,th:last-child{text-align:right}
@media(max-width:40rem){table{font-size:.85rem}td,th{padding:.35rem .25rem}}
@page{margin:12mm}
@media print{html,body{font-size:10pt}body{margin:0;padding:0;max-width:none}h2{margin-top:1.2rem}h2,p:has(+table),tr:has(th){break-after:avoid}tr,p,.whole{break-inside:avoid}}
`;

/** The HTML of a page in sections. */
export const htmlOf = ({ head, blocks, tail }: Sections): string =>
  `${head}${blocks.map((one) => one.html).join("\n")}${tail}`;

/**
 * Puts sections into a self-contained, printable page. Its hash is the SHA-256 of the canonical form (RFC 8785) of
 * `head`, `tail` and the sections' ids, versions and hashes, so any changed byte changes the hash. `ownStyle` is added
 * to the style of every page.
 */
export function pageOf(title: string, blocks: Block[], ownStyle = ""): SectionedPage {
  const head = `${textOf(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}${ownStyle}</style></head><body>`)}\n`;
  const tail = "\n</body></html>\n";
  const hashed = { head, tail, blocks: blocks.map(({ id, version, hash }) => ({ id, version, hash })) };
  return { head, blocks, tail, html: htmlOf({ head, blocks, tail }), hash: canonicalHash(hashed) };
}
