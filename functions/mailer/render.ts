import type { Booking } from "@clearing/domain/booking";
import { html } from "hono/html";
import type { Wording } from "./words.ts";

/** Who writes: the operator, as every mail's last lines name it. `siteUrl` is where a client's bookings are shown. */
export type Sender = {
  merchantName: string;
  supportEmail: string;
  supportPhone: string | undefined;
  siteUrl: string | undefined;
};

/** Readers of mail keep the style of an element, and often drop that of a page. */
const bodyStyle =
  "font:16px/1.5 system-ui,sans-serif;color:#17202c;max-width:36rem;margin:1.5rem auto;padding:0 1rem;overflow-wrap:anywhere";
const buttonStyle =
  "display:inline-block;font-weight:600;color:#fff;background:#1f4b8f;border-radius:8px;padding:.75rem 1.5rem;text-decoration:none";

/** The mail as text and as HTML, from the same words. */
export function renderMail(
  { id }: Booking,
  { subject, paragraphs, action }: Wording,
  { merchantName, supportEmail, supportPhone, siteUrl }: Sender,
): { text: string; html: string } {
  const link = siteUrl === undefined ? null : `${siteUrl}/bookings/${id}`;
  const ways =
    supportPhone === undefined ? ` or write to ${supportEmail}` : `, write to ${supportEmail} or call ${supportPhone}`;
  const footer = [merchantName, `Questions? Reply to this email${ways}.`];
  const before = ["Hello,", ...paragraphs];
  const reference = `Reference: ${id}`;
  const text = [
    ...before,
    ...(action === undefined ? [] : [`${action.label}: ${action.url}`]),
    ...(link === null ? [] : [`Your booking: ${link}`]),
    reference,
    `--\n${footer.join("\n")}`,
  ];
  const body = [
    ...before.map((words) => html`<p>${words}</p>`),
    ...(action === undefined ? [] : [html`<p><a href="${action.url}" style="${buttonStyle}">${action.label}</a></p>`]),
    ...(link === null ? [] : [html`<p><a href="${link}">Your booking</a></p>`]),
    html`<p>${reference}</p>`,
    html`<hr>`,
    html`<p>${footer.flatMap((line, index) => (index === 0 ? [line] : [html`<br>\n`, line]))}</p>`,
  ];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head><body style="${bodyStyle}">
${body.flatMap((one) => [one, "\n"])}</body></html>
`;
  return { text: `${text.join("\n\n")}\n`, html: String(page) };
}
