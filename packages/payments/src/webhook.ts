import { createHmac, timingSafeEqual } from "node:crypto";
import type { Instant } from "@clearing/domain/time";
import { type EventPayload, epochOf, reduceEvent } from "./reduce-stripe-objects.ts";
import type { ReceivedEvent } from "./stripe-objects.ts";

export type WebhookRefusal =
  | "no_signature"
  | "malformed_signature"
  | "bad_signature"
  | "stale"
  | "future"
  | "not_an_event";

export type WebhookVerdict = { ok: true; event: ReceivedEvent } | { ok: false; reason: WebhookRefusal };

const toleranceSeconds = 300;

/**
 * Verifies Stripe's signature over the raw bytes of the body, against each secret (two during a rotation), and that its
 * time is within five minutes of `now` in both directions; the SDK would accept a future time. Returns the reason of a
 * rejection. Source: docs.stripe.com/webhooks/signature.
 */
export function verifyWebhook(
  rawBody: Uint8Array,
  signatureHeader: string | undefined,
  secrets: readonly string[],
  now: Instant,
): WebhookVerdict {
  if (!signatureHeader) return { ok: false, reason: "no_signature" };
  const parsed = parseSignature(signatureHeader);
  if (parsed === null) return { ok: false, reason: "malformed_signature" };
  const { timestamp, signatures } = parsed;
  const signed = secrets.some((secret) => {
    const expected = createHmac("sha256", secret).update(`${timestamp}.`).update(rawBody).digest();
    return signatures.some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  });
  if (!signed) return { ok: false, reason: "bad_signature" };
  const age = epochOf(now) - timestamp;
  if (age > toleranceSeconds) return { ok: false, reason: "stale" };
  if (age < -toleranceSeconds) return { ok: false, reason: "future" };
  const event = parseEvent(rawBody);
  return event === null ? { ok: false, reason: "not_an_event" } : { ok: true, event };
}

/**
 * Parses `t=1699999999,v1=<hex>,v1=<hex>,v0=<hex>`: one time, any number of signatures; unknown schemes are ignored.
 */
function parseSignature(header: string): { timestamp: number; signatures: Buffer[] } | null {
  let timestamp: number | null = null;
  const signatures: Buffer[] = [];
  for (const part of header.split(",")) {
    const [key, value = ""] = part.trim().split("=", 2);
    if (key === "t" && /^\d{1,12}$/.test(value)) timestamp = Number(value);
    if (key === "v1" && /^[0-9a-f]{64}$/i.test(value)) signatures.push(Buffer.from(value, "hex"));
  }
  return timestamp === null || signatures.length === 0 ? null : { timestamp, signatures };
}

function parseEvent(rawBody: Uint8Array): ReceivedEvent | null {
  try {
    const event: EventPayload & { object?: string } = JSON.parse(Buffer.from(rawBody).toString("utf8"));
    const named = typeof event.id === "string" && event.id.startsWith("evt_") && typeof event.type === "string";
    const dated = Number.isInteger(event.created);
    if (event.object !== "event" || !named || !dated || typeof event.data?.object?.object !== "string") return null;
    return reduceEvent(event);
  } catch {
    return null;
  }
}
