import { html, raw } from "hono/html";
import type { Reply } from "./answer.ts";

/** The texts of a short page. `details` is what a client agrees to by the button, `link` an alternative action. */
export type Words = {
  title: string;
  text: string;
  details?: { title: string; paragraphs: readonly string[] };
  link?: { label: string; url: string };
};

const style =
  "body{font:18px/1.6 system-ui,sans-serif;color:#17202c;background:#f4f6f8;margin:0;display:grid;place-items:center;min-height:100vh}main{background:#fff;border:1px solid #d8dee6;border-radius:12px;padding:2.5rem;max-width:26rem;margin:1rem}h1{font-size:1.4rem;margin:0 0 .75rem}p{margin:0}button{font:inherit;font-weight:600;color:#fff;background:#1f4b8f;border:0;border-radius:8px;padding:.75rem 1.5rem;margin-top:1.5rem;width:100%;cursor:pointer}button:focus-visible{outline:3px solid #8fb1e6}h2{font-size:1rem;margin:1.5rem 0 .5rem}section p{font-size:.9rem;margin:.5rem 0}a{color:#1f4b8f;display:block;margin-top:1.25rem}@media(max-width:30rem){main{padding:1.5rem}}";

/** `http:` only on a developer's machine, which serves pages over it. */
const formTargets = "'self' https: http://127.0.0.1:*";

/** The page's one action: posted to the page's own address, with an optional query. */
export type Button = { label: string; query?: Readonly<Record<string, string>> };

/**
 * A short HTML page. If it has a button, its form may lead to any TLS address: browsers apply the page's policy to
 * redirects too, and Stripe's pages have more than one host.
 */
export function shortPage(status: number, words: Words, button?: Button): Reply {
  const { title, text } = words;
  return {
    status,
    contentType: "text/html; charset=utf-8",
    policy: { "style-src": "'unsafe-inline'", ...(button === undefined ? {} : { "form-action": formTargets }) },
    body: String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title><style>${raw(style)}</style></head>
<body><main><h1>${title}</h1><p>${text}</p>${detailsOf(words)}${formOf(button)}${linkOf(words)}</main></body></html>
`),
  };
}

const detailsOf = ({ details }: Words) =>
  details === undefined
    ? ""
    : html`<section><h2>${details.title}</h2>${details.paragraphs.map((words) => html`<p>${words}</p>`)}</section>`;

const linkOf = ({ link }: Words) => (link === undefined ? "" : html`<a href="${link.url}">${link.label}</a>`);

function formOf(button: Button | undefined) {
  if (button === undefined) return "";
  const action = button.query === undefined ? "" : html` action="?${String(new URLSearchParams(button.query))}"`;
  return html`<form method="post"${action}><button type="submit">${button.label}</button></form>`;
}
