import { createHash } from "node:crypto";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

export const row = (...cells: string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;

const style =
  "body{font:16px/1.5 Georgia,serif;color:#1c2430;max-width:44rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}td,th{padding:.35rem .5rem;border-bottom:1px solid #d5dae1;text-align:left}td:last-child,th:last-child{text-align:right}@media print{body{margin:0}}";

/** A self-contained, printable page, and its SHA-256 in hexadecimal: one byte more or less is another document. */
export function hashedPage(title: string, body: string): { html: string; hash: string } {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style>${style}</style></head><body>
${body}
</body></html>
`;
  return { html, hash: createHash("sha256").update(html).digest("hex") };
}
