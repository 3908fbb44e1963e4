import type { Booking } from "@clearing/domain/booking";
import type { Wording } from "./words.ts";

/** Who writes: the operator, as every mail's last lines name it. `siteUrl` is where a client's bookings are shown. */
export type Sender = {
  merchantName: string;
  supportEmail: string;
  supportPhone: string | undefined;
  siteUrl: string | undefined;
};

/** The mail as text and as HTML, from the same words. */
export function renderMail(
  { id }: Booking,
  { subject, paragraphs }: Wording,
  { merchantName, supportEmail, supportPhone, siteUrl }: Sender,
): { text: string; html: string } {
  const link = siteUrl === undefined ? null : `${siteUrl}/bookings/${id}`;
  const ways =
    supportPhone === undefined ? ` or write to ${supportEmail}` : `, write to ${supportEmail} or call ${supportPhone}`;
  const footer = [merchantName, `Questions? Reply to this mail${ways}.`];
  const before = ["Hello,", ...paragraphs];
  const reference = `Reference: ${id}`;
  const text = [...before, ...(link === null ? [] : [`Your booking: ${link}`]), reference, `--\n${footer.join("\n")}`];
  const paragraph = (words: string) => `<p>${escapeHtml(words)}</p>`;
  const body = [
    ...before.map(paragraph),
    ...(link === null ? [] : [`<p><a href="${escapeHtml(link)}">Your booking</a></p>`]),
    paragraph(reference),
    "<hr>",
    `<p>${footer.map(escapeHtml).join("<br>\n")}</p>`,
  ].join("\n");
  const head = `<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`;
  return {
    text: `${text.join("\n\n")}\n`,
    html: `<!doctype html>\n<html lang="en">${head}<body>\n${body}\n</body></html>\n`,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
