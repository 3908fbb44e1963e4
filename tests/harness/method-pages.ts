import type { CreateSetupSession, Gateway, StripeSession, StripeSetup } from "@clearing/payments";
import { now } from "./journey.ts";

/** A Stripe for pages that save a method: it creates one per key, and shows its current state. */
export function methodPages() {
  const sessions = new Map<string, StripeSession>();
  const asked: { session: CreateSetupSession; key: string }[] = [];
  const gateway: Partial<Gateway> = {
    createCustomer: async (_, key) => ({ ok: true, value: { customerId: `cus_${key}` } }),
    retrieveCustomer: async () => ({ ok: true, value: { deleted: true } }),
    async createSetupSession(session, key) {
      asked.push({ session, key });
      const { customerId, expiresAt, metadata } = session;
      const made: StripeSession = {
        ...{ sessionId: `cs_${key}`, status: "open", url: `https://example.org/${key}`, expiresAt, created: now },
        ...{ customerId, payment: null, setup: null, metadata },
      };
      sessions.set(made.sessionId, sessions.get(made.sessionId) ?? made);
      return { ok: true, value: made };
    },
    retrieveCheckoutSession: async (id) => ({ ok: true, value: sessions.get(id) as StripeSession }),
    async expireCheckoutSession(id) {
      const session = sessions.get(id) as StripeSession;
      if (session.status !== "open")
        return { ok: false, kind: "invalid", code: "resource_already_ended", message: "This session is not open" };
      const expired: StripeSession = { ...session, status: "expired", url: null };
      sessions.set(id, expired);
      return { ok: true, value: expired };
    },
    listCheckoutSessions: async () => ({ ok: true, value: { items: [...sessions.values()], nextAfter: null } }),
  };
  /** The client saves a card on the page. */
  const complete = (sessionId: string, lost: Pick<StripeSetup, "methodLost"> = {}) => {
    const session = sessions.get(sessionId) as StripeSession;
    const method = {
      ...{ methodId: "pm_new", customerId: session.customerId, type: "card", fingerprint: "fp_2", last4: "4444" },
      expiresOn: "2033-12-31",
    };
    const setup = { status: "succeeded", method, mandateId: null, ...lost };
    sessions.set(sessionId, { ...session, status: "complete", url: null, setup });
  };
  return { gateway, asked, sessions, complete };
}
