import { html, raw } from "hono/html";
import type { Happening } from "./happening.ts";
import type { Story } from "./story.ts";

const names: Record<Happening["kind"], string> = {
  request: "Request",
  decision: "Decision",
  event: "Event",
  entry: "Ledger",
  mail: "Mail",
  stripe: "Stripe",
  log: "Log",
};

const style = `
body{font:15px/1.5 system-ui,sans-serif;color:#17202c;background:#f4f6f8;margin:0}
main{max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0;overflow-wrap:anywhere}h2{font-size:1rem;margin:2rem 0 .5rem;color:#46536a}
.status{display:inline-block;background:#dfe8f6;border-radius:1rem;padding:0 .75rem;margin-left:.5rem;font-size:.9rem}
form{margin:1rem 0;display:flex;gap:1rem;flex-wrap:wrap}
ol{list-style:none;margin:0;padding:0;background:#fff;border:1px solid #d8dee6;border-radius:10px}
li{display:grid;grid-template-columns:5.5rem 5.5rem 1fr;gap:.75rem;padding:.45rem 1rem;border-top:1px solid #edf0f4}
li:first-child{border-top:0}time{color:#556176;font-variant-numeric:tabular-nums}
.kind{font-weight:600;font-size:.8rem;border-radius:.4rem;padding:.1rem .5rem;align-self:start;text-align:center}
.request{background:#dfe8f6}.decision{background:#fdf0d0}.event{background:#e5dcf7}.entry{background:#d8efdf}
.mail{background:#fbdfe6}.stripe{background:#d6eef4}.log{background:#eceff3}
@media(max-width:40rem){li{grid-template-columns:4rem 5.5rem 1fr;padding:.45rem .6rem}li details{grid-column:1/-1}}
summary{cursor:pointer;overflow-wrap:anywhere}code{color:#556176;font-size:.75rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f6f8;border-radius:.4rem;padding:.75rem;font-size:.8rem}
${Object.keys(names)
  .map((kind) => `main:has(#hide-${kind}:not(:checked)) li.is-${kind}{display:none}`)
  .join("\n")}`;

/** A booking's story as a page: day by day, each line with expandable details. */
export function storyPage({ bookingId, status, happenings }: Story): string {
  const days = [...Map.groupBy(happenings, ({ at }) => at.slice(0, 10))];
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${bookingId}</title><style>${raw(style)}</style></head>
<body><main><h1>${bookingId}<span class="status">${status}</span></h1>
<form>${Object.entries(names).map(([kind, name]) => html`<label><input type="checkbox" id="hide-${kind}" checked> ${name}</label>`)}</form>
${days.map(([day, ofDay]) => html`<h2>${day}, UTC</h2><ol>${ofDay.map(line)}</ol>`)}
</main></body></html>
`);
}

const line = ({ at, kind, title, correlationId, detail }: Happening) =>
  html`<li class="is-${kind}"><time datetime="${at}">${at.slice(11, 19)}</time><span class="kind ${kind}">${names[kind]}</span>
<details><summary>${title} ${correlationId === null ? "" : html`<code>${correlationId.slice(0, 8)}</code>`}</summary><pre>${typeof detail === "string" ? detail : JSON.stringify(detail, null, 2)}</pre></details></li>`;
