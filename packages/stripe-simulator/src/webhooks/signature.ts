import { createHmac } from "node:crypto";

/**
 * The `Stripe-Signature` header: one time (seconds) and a signature for each secret (two during a rotation). Source:
 * docs.stripe.com/webhooks/signature.
 */
export function signPayload(payload: string, secrets: readonly string[], timestamp: number): string {
  const signatures = secrets.map((secret) =>
    createHmac("sha256", secret).update(`${timestamp}.${payload}`).digest("hex"),
  );
  return [`t=${timestamp}`, ...signatures.map((signature) => `v1=${signature}`)].join(",");
}
