import { html, raw } from "hono/html";
import type { Reply } from "./answer.ts";

/** What a short page says, as text. */
export type Words = { title: string; text: string };

const style =
  "body{font:18px/1.6 system-ui,sans-serif;color:#17202c;background:#f4f6f8;margin:0;display:grid;place-items:center;min-height:100vh}main{background:#fff;border:1px solid #d8dee6;border-radius:12px;padding:2.5rem;max-width:26rem;margin:1rem}h1{font-size:1.4rem;margin:0 0 .75rem}p{margin:0}";

/** A page for people that says one thing. */
export function shortPage(status: number, { title, text }: Words): Reply {
  return {
    status,
    contentType: "text/html; charset=utf-8",
    policy: { "style-src": "'unsafe-inline'" },
    body: String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${raw(style)}</style></head>
<body><main><h1>${title}</h1><p>${text}</p></main></body></html>
`),
  };
}
