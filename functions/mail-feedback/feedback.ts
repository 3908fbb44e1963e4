import { mailFeedback } from "@clearing/contracts/mail-feedback";
import type { BusEvent } from "@clearing/runtime/consumer";

/** An SES message as a bus event about the mail, with the booking that its tags name. Null for any other message. */
export function readFeedback(body: string): BusEvent | null {
  const parsed = mailFeedback.safeParse(jsonIn(body));
  if (!parsed.success) return null;
  const { source, id, detail, "detail-type": name } = parsed.data;
  const { mail, bounce, complaint } = detail;
  const at = (bounce ?? complaint)?.timestamp;
  if (at === undefined || Number.isNaN(Date.parse(at))) return null;
  return {
    source,
    // Without spaces, like the names of our events.
    name: name.replaceAll(" ", ""),
    id,
    version: 1,
    occurredAt: new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z"),
    correlationId: mail.tags?.correlation?.[0] ?? id,
    subject: { type: "mail", id: mail.messageId, version: 1 },
    data: {
      destination: mail.destination,
      isPermanent: bounce === undefined || bounce.bounceType === "Permanent",
      kind: bounce === undefined ? "complained" : "bounced",
      bookingId: mail.tags?.booking?.[0] ?? null,
    },
  };
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
