import { signAgreement } from "@clearing/commands/agreement";
import { openCheckout } from "@clearing/commands/checkout";
import { ensureCustomer } from "@clearing/commands/customer";
import type { Services } from "@clearing/commands/services";
import { type Booking, bookingStatuses, type PaymentMethod, subOfEmail } from "@clearing/domain/booking";
import { type Instant, plusHours, plusMinutes } from "@clearing/domain/time";
import type { CreateCustomer, Gateway, StripeCustomer } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { listFiles } from "@clearing/store/booking-file";
import { bookingsOfPerson } from "@clearing/store/booking-lists";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const noCustomer = { ok: false, kind: "invalid", code: "resource_missing", message: "" } as const;
const somebody = (): string => `${ids.next("jane")}@example.com`;

/** A booking that Jane made herself, or that an admin made for her address. */
async function signed(email: string, by: "herself" | "an admin"): Promise<Booking> {
  const { store } = running;
  const program = sampleProgram();
  const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
  const owner = { sub: by === "herself" ? `sub-${email}` : subOfEmail(email), email };
  const held = await heldBooking(store, offer, email, now, owner);
  const { hash } = held.agreement;
  const signature = { hash, signature: "Jane", sourceIp: "", userAgent: "", signedBy: "jane", autopay: false };
  await signAgreement(store, held.id, signature, { actor, action: "sign", now }, () => null);
  return held;
}

type Asked = { key: string; customer: CreateCustomer };

/** A Stripe that creates customers and pages, and records the requests. */
function stripe() {
  const asked: Asked[] = [];
  const methods: (readonly PaymentMethod[])[] = [];
  const customers: StripeCustomer[] = [];
  const gateway: Partial<Gateway> = {
    async createCustomer(customer, key) {
      asked.push({ key, customer });
      customers.unshift({ customerId: `cus_${ids.next("x")}`, metadata: customer.metadata });
      return { ok: true, value: customers[0] as StripeCustomer };
    },
    listCustomers: async () => ({ ok: true, value: { items: customers, nextAfter: null } }),
    async createCheckoutSession(session) {
      methods.push(session.methods);
      const { metadata, expiresAt, customerId } = session;
      const made = { created: now, payment: null, status: "open", url: "https://example.org" } as const;
      return { ok: true, value: { ...made, sessionId: `cs_${metadata.attemptId}`, expiresAt, customerId, metadata } };
    },
  };
  const contextAt = (at: Instant): Services => {
    const site = { stage: "test", publicUrl: "https://example.org" };
    return {
      store: running.store,
      gateway: gateway as Gateway,
      ids,
      clock: { now: () => at },
      site,
    };
  };
  return { gateway, asked, methods, customers, contextAt };
}

describe("one client, with own bookings and an admin's", () => {
  test("is one customer at Stripe, with a key and metadata without personal data", async () => {
    const jane = somebody();
    const { asked, contextAt } = stripe();
    const attempts = [];
    for (const by of ["herself", "an admin"] as const) {
      const opened = await openCheckout(
        contextAt(now),
        { bookingId: (await signed(jane, by)).id, purpose: "deposit" },
        actor,
      );
      if (opened.ok) attempts.push(opened.attempt.customerId);
    }

    expect(attempts).toHaveLength(2);
    expect(new Set(attempts).size).toBe(1);
    expect(asked).toHaveLength(1);
    const { key, customer } = asked[0] as Asked;
    expect(customer).toEqual({ email: jane, metadata: { app: "clearing", stage: "test", clientId: key } });
    expect(key).toMatch(/^cli_/);
    expect(JSON.stringify(customer.metadata)).not.toContain("jane");
  });

  test("is not created for a refused checkout, so that a refusal needs no Stripe", async () => {
    const { store } = running;
    const program = sampleProgram();
    const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
    const unsigned = await heldBooking(store, offer, somebody(), now);
    const { asked, contextAt } = stripe();

    const opened = await openCheckout(contextAt(now), { bookingId: unsigned.id, purpose: "deposit" }, actor);

    expect(opened).toEqual({ ok: false, reason: "agreement_required" });
    expect(asked).toEqual([]);
  });

  test("has one deposit by bank debit under way at a time", async () => {
    const jane = somebody();
    const { methods, contextAt } = stripe();
    for (const by of ["herself", "an admin"] as const) {
      await openCheckout(contextAt(now), { bookingId: (await signed(jane, by)).id, purpose: "deposit" }, actor);
    }

    expect(methods).toEqual([["card", "us_bank_account"], ["card"]]);
  });

  test("has one deposit by bank debit under way in all spellings of one mailbox", async () => {
    const name = ids.next("jane");
    const { methods, contextAt } = stripe();
    for (const email of [`${name}@example.com`, `${name}+more@example.com`, `${name.toUpperCase()}+a+b@Example.com`]) {
      await openCheckout(contextAt(now), { bookingId: (await signed(email, "herself")).id, purpose: "deposit" }, actor);
    }

    expect(methods).toEqual([["card", "us_bank_account"], ["card"], ["card"]]);
  });

  test("sees both kinds of booking in one order, page by page, each once and within the limit", async () => {
    const jane = somebody();
    const made: string[] = [];
    for (const by of ["herself", "an admin", "an admin", "herself", "an admin"] as const) {
      made.push((await signed(jane, by)).id);
    }
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const person = { sub: `sub-${jane}`, email: jane };
      const query = { ...bookingsOfPerson(person, bookingStatuses), newestFirst: true, limit: 2, cursor };
      const page = await listFiles(running.store, query, () => true);
      pages.push(page.items.map(({ booking }) => booking.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);

    expect(pages.every((page) => page.length <= 2)).toBe(true);
    expect(pages.flat()).toEqual(made.toReversed());
  });
});

describe("a customer that is gone at Stripe", () => {
  /** The client's next checkout at a Stripe that has deleted the customers created so far. */
  async function deleted(jane: string) {
    const kit = stripe();
    await ensureCustomer(kit.contextAt(now), jane);
    const gone = new Set(kit.customers.map(({ customerId }) => customerId));
    const sessions: { key: string; customerId: string }[] = [];
    const make = kit.gateway.createCheckoutSession as Gateway["createCheckoutSession"];
    kit.gateway.createCheckoutSession = async (session, key) => {
      sessions.push({ key, customerId: session.customerId });
      if (!gone.has(session.customerId)) return make(session, key);
      return { ...noCustomer, param: "customer" };
    };
    kit.gateway.retrieveCustomer = async (customerId) => ({ ok: true, value: { deleted: gone.has(customerId) } });
    return { ...kit, gone, sessions };
  }

  const attemptsOf = async ({ id }: Booking) =>
    (await readAttempts(running.store, id)).map(({ id: key, status, customerId }) => ({ key, status, customerId }));

  test("is replaced in the same call, under a new key, and its attempt is never requested with another", async () => {
    const jane = somebody();
    const { asked, customers, sessions, contextAt } = await deleted(jane);
    const booking = await signed(jane, "herself");

    const opened = await openCheckout(contextAt(now), { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(opened).toMatchObject({ ok: true, attempt: { status: "open", customerId: customers[0]?.customerId } });
    expect(new Set(asked.map(({ key }) => key)).size).toBe(2);
    const [first, second] = sessions;
    expect(sessions).toHaveLength(2);
    expect(await attemptsOf(booking)).toEqual([
      { ...first, status: "refused" },
      { ...second, status: "open" },
    ]);
  });

  test.each([
    ["does not know, as with the key of another account", noCustomer, "throws"],
    ["returns", { ok: true, value: { deleted: false } }, "unavailable"],
    ["does not answer a request for", { ok: false, kind: "unavailable", code: "", message: "" }, "unavailable"],
  ] as const)("is not replaced if Stripe %s the customer: the next call retries", async (_, said, how) => {
    const jane = somebody();
    const { asked, gateway, gone, customers, contextAt } = await deleted(jane);
    const booking = await signed(jane, "herself");
    const command = { bookingId: booking.id, purpose: "deposit" } as const;
    gateway.retrieveCustomer = async () => said;

    const answer = openCheckout(contextAt(now), command, actor);

    if (how === "throws") await expect(answer).rejects.toThrow(`stripe object not found: ${customers[0]?.customerId}`);
    else expect(await answer).toMatchObject({ ok: false, kind: how });
    expect(await attemptsOf(booking)).toMatchObject([{ status: "requested" }]);
    gone.clear();
    expect(await openCheckout(contextAt(now), command, actor)).toMatchObject({ ok: true });
    expect(asked).toHaveLength(1);
    expect(await attemptsOf(booking)).toMatchObject([{ status: "open", customerId: customers[0]?.customerId }]);
  });

  test("does not extend the hold beyond one checkout's", async () => {
    const jane = somebody();
    const { contextAt } = await deleted(jane);
    const booking = await signed(jane, "herself");

    await openCheckout(contextAt(now), { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(await readBooking(running.store, booking.id)).toMatchObject({
      holdExpiresAt: plusMinutes(now, 36),
      holdExtended: true,
    });
  });

  test("is replaced once by two concurrent checkouts", async () => {
    const jane = somebody();
    const { asked, contextAt } = await deleted(jane);
    const bookings = [await signed(jane, "herself"), await signed(jane, "an admin")];

    const opened = await Promise.all(
      bookings.map(({ id }) => openCheckout(contextAt(now), { bookingId: id, purpose: "deposit" }, actor)),
    );

    expect(new Set(opened.map((one) => one.ok && one.attempt.customerId)).size).toBe(1);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(2);
  });

  test("is replaced under the same key by the next call if the answer was lost", async () => {
    const jane = somebody();
    const { asked, gateway, contextAt } = await deleted(jane);
    const booking = await signed(jane, "herself");
    const losing = { ...contextAt(now) };
    losing.gateway = {
      ...gateway,
      async createCustomer(customer: CreateCustomer, key: string) {
        await gateway.createCustomer?.(customer, key);
        return { ok: false, kind: "unknown", code: "timeout", message: "" };
      },
    } as Gateway;

    const command = { bookingId: booking.id, purpose: "deposit" } as const;
    expect(await openCheckout(losing, command, actor)).toMatchObject({ ok: false, kind: "unknown" });
    expect(await openCheckout(contextAt(now), command, actor)).toMatchObject({ ok: true });

    expect(asked.map(({ key }) => key)).toEqual([asked[0]?.key, asked[1]?.key, asked[1]?.key]);
  });

  test("is detected again after a crash between the refusal and its successor", async () => {
    const jane = somebody();
    const { customers, contextAt, gone } = await deleted(jane);
    const booking = await signed(jane, "herself");
    const command = { bookingId: booking.id, purpose: "deposit" } as const;
    const crashing = contextAt(now);
    let ids = 0;
    crashing.ids = {
      next: (prefix) => {
        // The second round requests an id for a customer first.
        if (prefix === "cli" && ++ids === 2) throw new Error("crash");
        return contextAt(now).ids.next(prefix);
      },
    };

    await expect(openCheckout(crashing, command, actor)).rejects.toThrow("crash");
    expect(await attemptsOf(booking)).toMatchObject([{ status: "refused" }]);
    const opened = await openCheckout(contextAt(now), command, actor);

    expect(opened).toMatchObject({ ok: true, attempt: { customerId: customers[0]?.customerId } });
    expect(gone.has(customers[0]?.customerId ?? "")).toBe(false);
  });
});

describe("a customer whose creation got no answer", () => {
  const lost = { ok: false, kind: "unknown", code: "timeout", message: "" } as const;

  /** Stripe creates the customer, or not, and its answer is lost. */
  async function unheard(email: string, made: boolean) {
    const { gateway, asked, customers, contextAt } = stripe();
    const losing = {
      ...contextAt(now),
      gateway: {
        ...gateway,
        async createCustomer(customer: CreateCustomer, key: string) {
          if (made) await gateway.createCustomer?.(customer, key);
          return lost;
        },
      } as Gateway,
    };
    expect(await ensureCustomer(losing, email)).toEqual(lost);
    return { asked, customers, contextAt };
  }

  test("is requested again under the same key while Stripe remembers it", async () => {
    const jane = somebody();
    const { asked, contextAt } = await unheard(jane, false);

    await ensureCustomer(contextAt(plusHours(now, 22)), jane.toUpperCase());
    await ensureCustomer(contextAt(plusHours(now, 22)), jane);

    expect(asked).toHaveLength(1);
  });

  test("is looked up by its address and our id once Stripe has forgotten the key, and not created twice", async () => {
    const jane = somebody();
    const { asked, customers, contextAt } = await unheard(jane, true);
    customers.unshift({ customerId: "cus_of_somebody_else", metadata: {} });

    const found = await ensureCustomer(contextAt(plusHours(now, 25)), jane);

    expect(asked).toHaveLength(1);
    expect(found).toEqual({ ok: true, customerId: customers[1]?.customerId });
  });

  test("is created under a new key if it is not listed", async () => {
    const jane = somebody();
    const { asked, customers, contextAt } = await unheard(jane, false);
    customers.unshift({ customerId: "cus_of_somebody_else", metadata: {} });

    const made = await ensureCustomer(contextAt(plusHours(now, 25)), jane);

    expect(asked).toHaveLength(1);
    expect(made).toEqual({ ok: true, customerId: customers[0]?.customerId });
    expect(customers[0]?.metadata.clientId).toBe(asked[0]?.key);
  });
});
