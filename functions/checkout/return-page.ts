import type { AttemptStatus } from "@clearing/domain/booking";
import type { Answer } from "@clearing/runtime/api";

type Words = { title: string; text: string };

const words: Record<AttemptStatus, Words> = {
  succeeded: { title: "Payment received", text: "Thank you. Your booking shows it now; you may close this page." },
  processing: {
    title: "Payment under way",
    text: "Your bank is working on it, which can take some days. Your place is kept meanwhile, and we will write to you.",
  },
  requested: { title: "Payment not finished", text: "Nothing was charged. Go back to your booking to try again." },
  open: { title: "Payment not finished", text: "Nothing was charged. Go back to your booking to try again." },
  failed: {
    title: "Payment not completed",
    text: "The payment did not go through. Go back to your booking to try again.",
  },
  expired: {
    title: "This page has expired",
    text: "Nothing was charged. Go back to your booking to see what is open.",
  },
  refused: { title: "Payment not possible", text: "Nothing was charged. Go back to your booking to try again." },
};

const style =
  "body{font:18px/1.6 system-ui,sans-serif;color:#17202c;background:#f4f6f8;margin:0;display:grid;place-items:center;min-height:100vh}main{background:#fff;border:1px solid #d8dee6;border-radius:12px;padding:2.5rem;max-width:26rem;margin:1rem}h1{font-size:1.4rem;margin:0 0 .75rem}p{margin:0}";

/** Where Stripe's page returns to: a page that says how the payment stands, and nothing about what was booked. */
export const returnPage = (status: AttemptStatus): Answer => page(200, words[status]);

/** Where the way back from Stripe's page leads to, which names no session: nothing is known of a payment. */
export const leftPage = (): Answer => page(200, words.open);

/** For a session that is none of ours, or that nobody can be asked about now. */
export const unknownPage = (status: 404 | 503): Answer =>
  page(status, {
    title: "We cannot show this payment",
    text: "Your booking shows how it stands. If you paid, nothing is lost: it is entered as soon as we hear of it.",
  });

function page(status: number, { title, text }: Words): Answer {
  return {
    status,
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1><p>${text}</p></main></body></html>
`,
  };
}
