import { html } from "hono/html";

type Html = ReturnType<typeof html>;

const style = `
  :root { color-scheme: light dark; --ink: #1a1f36; --soft: #5a6380; --line: #d5dae6; --paper: #fff; --ground: #f4f6fb; --accent: #4b45c6; --bad: #b3261e; }
  @media (prefers-color-scheme: dark) { :root { --ink: #eef0f8; --soft: #a8b0c8; --line: #3a4160; --paper: #1b2036; --ground: #12162a; --accent: #8f8bff; --bad: #ff8a80; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 30rem; margin: 2rem auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; }
  h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
  .amount { font-size: 2rem; font-weight: 650; margin: .25rem 0 1rem; }
  .note { color: var(--soft); font-size: .875rem; }
  .alert { border-left: 4px solid var(--bad); padding: .5rem .75rem; color: var(--bad); margin: 1rem 0; }
  fieldset { border: 1px solid var(--line); border-radius: 8px; padding: .5rem 1rem; margin: 1rem 0; }
  legend { padding: 0 .25rem; font-weight: 600; }
  label { display: block; padding: .35rem 0; }
  input[type=email] { width: 100%; padding: .5rem; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); color: var(--ink); font: inherit; }
  table { width: 100%; border-collapse: collapse; } td { padding: .25rem 0; } td:last-child { text-align: right; }
  button { width: 100%; padding: .75rem; margin-top: .5rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--paper); font: inherit; font-weight: 600; cursor: pointer; }
  button.plain { background: none; color: var(--ink); border: 1px solid var(--line); }
  a { color: var(--accent); } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** The frame of every hosted page. It works without scripts and loads nothing. */
export function page(title: string, body: Html | Html[]): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
<p class="note">Stripe simulator. No money moves here.</p>
</main>
</body>
</html>`;
}
