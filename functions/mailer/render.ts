import type { Booking } from "@clearing/domain/booking";
import { fill } from "@clearing/domain/text";
import { html } from "hono/html";
import texts from "./texts/frame.ts";
import { label, type Wording } from "./words.ts";

/** The operator, whom the last lines of every mail name. `siteUrl` is the clients' web site. */
export type Sender = {
  merchantName: string;
  supportEmail: string;
  supportPhone: string | undefined;
  siteUrl: string | undefined;
};

/** The web site is for clients, so mails to staff do not link to it. */
export const withoutSite = ({ merchantName, supportEmail, supportPhone }: Sender): Sender => ({
  merchantName,
  supportEmail,
  supportPhone,
  siteUrl: undefined,
});

/** Mail clients keep inline styles and often drop style sheets. */
const bodyStyle =
  "font:16px/1.5 system-ui,sans-serif;color:#17202c;max-width:36rem;margin:1.5rem auto;padding:0 1rem;overflow-wrap:anywhere";
const buttonStyle =
  "display:inline-block;font-weight:600;color:#fff;background:#1f4b8f;border-radius:8px;padding:.75rem 1.5rem;text-decoration:none";

/** The mail as text and as HTML, from the same wording. */
export function renderMail(
  booking: Booking,
  { subject, paragraphs, action }: Wording,
  { merchantName, supportEmail, supportPhone, siteUrl }: Sender,
): { text: string; html: string } {
  const { id } = booking;
  const link = siteUrl === undefined ? null : `${siteUrl}/bookings/${id}`;
  const questions =
    supportPhone === undefined
      ? fill(texts.questionsByMail, { email: supportEmail })
      : fill(texts.questionsByPhone, { email: supportEmail, phone: supportPhone });
  const footer = [merchantName, questions];
  const before = [texts.greeting, ...paragraphs];
  const references = [fill(texts.booking, { booking: label(booking) }), fill(texts.reference, { id })];
  const text = [
    ...before,
    ...(action === undefined ? [] : [`${action.label}: ${action.url}`]),
    ...(link === null ? [] : [`${texts.viewBooking}: ${link}`]),
    ...references,
    `--\n${footer.join("\n")}`,
  ];
  const body = [
    ...before.map((words) => html`<p>${words}</p>`),
    ...(action === undefined ? [] : [html`<p><a href="${action.url}" style="${buttonStyle}">${action.label}</a></p>`]),
    ...(link === null ? [] : [html`<p><a href="${link}">${texts.viewBooking}</a></p>`]),
    ...references.map((words) => html`<p>${words}</p>`),
    html`<hr>`,
    html`<p>${footer.flatMap((line, index) => (index === 0 ? [line] : [html`<br>\n`, line]))}</p>`,
  ];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head><body style="${bodyStyle}">
${body.flatMap((one) => [one, "\n"])}</body></html>
`;
  return { text: `${text.join("\n\n")}\n`, html: String(page) };
}
