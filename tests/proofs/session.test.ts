import type { Booking } from "@clearing/domain/booking";
import { type Instant, plusHours, plusMinutes } from "@clearing/domain/time";
import { openCheckout } from "@clearing/operations/checkout";
import type { Context } from "@clearing/operations/context";
import { settle } from "@clearing/operations/settle";
import type { CreateCheckoutSession, Gateway } from "@clearing/payments";
import { signAgreement } from "@clearing/store/agreement";
import { readAttempts, readBooking } from "@clearing/store/booking";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const lost = { ok: false, kind: "unknown", code: "timeout", message: "" } as const;
const unknownToStripe = { ok: false, kind: "invalid", code: "resource_missing", message: "" } as const;
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

async function signed(): Promise<Booking> {
  const { store } = running;
  const program = sampleProgram();
  const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
  const held = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const { hash } = held.agreement;
  const signature = { hash, signature: "Sample", sourceIp: "", userAgent: "", signedBy: "sample", autopay: false };
  await signAgreement(store, held.id, signature, { actor, action: "sign", now }, () => null);
  return held;
}

function contextAt(at: Instant, publicUrl: string, gateway: Partial<Gateway>): Context {
  const customers: Partial<Gateway> = { createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }) };
  const stripe = { ...customers, ...gateway } as Gateway;
  return {
    store: running.store,
    gateway: stripe,
    ids,
    clock: { now: () => at },
    count: () => undefined,
    site: { stage: "test", publicUrl },
  };
}

const standing = async ({ id }: Booking) => ({
  attempts: (await readAttempts(running.store, id)).map(({ status }) => status),
  collectedBy: (await readBooking(running.store, id))?.dues[0]?.openAttemptId,
});

describe("a checkout session", () => {
  test("of which nobody heard is asked for again with the same words, wherever the site has moved since", async () => {
    const booking = await signed();
    const asked: { key: string; session: CreateCheckoutSession }[] = [];
    const losing: Partial<Gateway> = {
      async createCheckoutSession(session, key) {
        asked.push({ key, session });
        return lost;
      },
    };
    const before = contextAt(now, "https://old.example.org", losing);
    expect(await openCheckout(before, { bookingId: booking.id, purpose: "deposit" }, actor)).toEqual(lost);
    const [attempt] = await readAttempts(running.store, booking.id);

    const after = contextAt(plusMinutes(now, 5), "https://new.example.org", losing);
    await settle(after, { bookingId: booking.id, attemptId: attempt?.id ?? "" }, "sweep");

    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[0]?.session.successUrl).toBe(
      "https://old.example.org/v1/checkout/return?session={CHECKOUT_SESSION_ID}",
    );
  });

  test("that Stripe made and does not show is an error: the due stays with its attempt, which may be paid yet", async () => {
    const booking = await signed();
    const making: Partial<Gateway> = {
      createCheckoutSession: async (session) => ({ ok: true, value: openSession(session, now) }),
    };
    const opened = await openCheckout(
      contextAt(now, "https://example.org", making),
      { bookingId: booking.id, purpose: "deposit" },
      actor,
    );
    const attemptId = opened.ok ? opened.attempt.id : "";

    const wrongAccount = contextAt(plusMinutes(now, 12), "https://example.org", {
      retrieveCheckoutSession: async () => unknownToStripe,
    });
    await expect(settle(wrongAccount, { bookingId: booking.id, attemptId }, "sweep")).rejects.toThrow(
      `Stripe shows nothing of cs_${attemptId}`,
    );

    expect(await standing(booking)).toEqual({ attempts: ["open"], collectedBy: attemptId });
  });

  test("that cannot be looked up is an error too; one that is not listed was never made, and frees the due", async () => {
    const booking = await signed();
    const losing = contextAt(now, "https://example.org", { createCheckoutSession: async () => lost });
    await openCheckout(losing, { bookingId: booking.id, purpose: "deposit" }, actor);
    const [attempt] = await readAttempts(running.store, booking.id);
    const ref = { bookingId: booking.id, attemptId: attempt?.id ?? "" };
    const dayLater = plusHours(now, 25);

    const wrongAccount = contextAt(dayLater, "https://example.org", {
      listCheckoutSessions: async () => unknownToStripe,
      retrieveCustomer: async () => unknownToStripe,
    });
    await expect(settle(wrongAccount, ref, "sweep")).rejects.toThrow("Stripe shows nothing of cus_1");
    expect(await standing(booking)).toEqual({ attempts: ["requested"], collectedBy: attempt?.id });

    const listing = contextAt(dayLater, "https://example.org", {
      listCheckoutSessions: async () => ({ ok: true, value: { items: [], nextAfter: null } }),
    });
    await settle(listing, ref, "sweep");
    expect(await standing(booking)).toEqual({ attempts: ["refused"], collectedBy: null });
  });

  test.each([
    ["is found by the time in which it can have been made", true, "open"],
    ["was never made where that lists none", false, "refused"],
  ])("of a customer that was deleted since %s", async (_what, made, status) => {
    const booking = await signed();
    const asked: CreateCheckoutSession[] = [];
    const losing = contextAt(now, "https://example.org", {
      async createCheckoutSession(session) {
        asked.push(session);
        return lost;
      },
    });
    await openCheckout(losing, { bookingId: booking.id, purpose: "deposit" }, actor);
    const [attempt] = await readAttempts(running.store, booking.id);
    const queries: object[] = [];
    const later = contextAt(plusHours(now, 25), "https://example.org", {
      retrieveCustomer: async () => ({ ok: true, value: { deleted: true } }),
      async listCheckoutSessions(query) {
        queries.push(query);
        if ("customerId" in query) return unknownToStripe;
        const items = made ? asked.map((session) => openSession(session, now)) : [];
        return { ok: true, value: { items, nextAfter: null } };
      },
    });

    await settle(later, { bookingId: booking.id, attemptId: attempt?.id ?? "" }, "sweep");

    expect(queries).toEqual([
      { customerId: "cus_1" },
      { createdFrom: plusMinutes(now, -5), createdTo: attempt?.sessionExpiresAt },
    ]);
    expect((await standing(booking)).attempts).toEqual([status]);
  });

  test("whose key was used with other words, as by an earlier release, is looked up and not asked for again", async () => {
    const booking = await signed();
    const asked: CreateCheckoutSession[] = [];
    const losing = contextAt(now, "https://example.org", {
      async createCheckoutSession(session) {
        asked.push(session);
        return lost;
      },
    });
    await openCheckout(losing, { bookingId: booking.id, purpose: "deposit" }, actor);
    const [first] = await readAttempts(running.store, booking.id);
    const released = contextAt(plusMinutes(now, 1), "https://example.org", {
      createCheckoutSession: async () => ({ ok: false, kind: "idempotency_mismatch", code: "", message: "" }),
      listCheckoutSessions: async () => ({
        ok: true,
        value: { items: asked.map((session) => openSession(session, now)), nextAfter: null },
      }),
    });

    const opened = await openCheckout(released, { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(opened).toMatchObject({ ok: true, attempt: { id: first?.id, sessionId: `cs_${first?.id}` } });
  });

  test("that Stripe refuses for good frees the due, and takes back the time that it held the place", async () => {
    const booking = await signed();
    const { holdExpiresAt } = booking;
    const refusing = contextAt(now, "https://example.org", {
      createCheckoutSession: async () => ({ ok: false, kind: "invalid", code: "amount_too_large", message: "" }),
    });

    const refused = await openCheckout(refusing, { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(refused).toMatchObject({ ok: false, kind: "invalid", code: "amount_too_large" });
    expect(await standing(booking)).toEqual({ attempts: ["refused"], collectedBy: null });
    expect(await readBooking(running.store, booking.id)).toMatchObject({ holdExpiresAt, holdExtended: false });
  });
});
