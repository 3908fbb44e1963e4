import { openCheckout } from "@clearing/commands/checkout";
import { openSetup } from "@clearing/commands/method-setup";
import type { Services } from "@clearing/commands/services";
import { settle } from "@clearing/commands/settle";
import type { Booking } from "@clearing/domain/booking";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusDays, plusHours, plusMinutes, plusSeconds } from "@clearing/domain/time";
import type { CreateCheckoutSession, Gateway, StripeCharge, StripePayment, StripeSession } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { checkoutBindings } from "../../functions/checkout/checkout.ts";
import { httpHandler } from "../../packages/runtime/src/api.ts";
import { readConfig } from "../../packages/runtime/src/config.ts";
import { jsonLog } from "../../packages/runtime/src/log.ts";
import { changesOf } from "../harness/changes.ts";
import { contextAt } from "../harness/context.ts";
import { caller } from "../harness/function.ts";
import { paidAndSaved, now as paidNow } from "../harness/journey.ts";
import { actor, signedBooking } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const lost = { ok: false, kind: "unknown", code: "timeout", message: "" } as const;
const unknownToStripe = { ok: false, kind: "invalid", code: "resource_missing", message: "" } as const;
let running: TestStore;
beforeAll(async () => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  running = await startTestStore();
});
afterAll(() => {
  vi.restoreAllMocks();
  return running.stop();
});

const signed = (): Promise<Booking> => signedBooking(running.store, now);

function contextOf(at: Instant, publicUrl: string, gateway: Partial<Gateway>): Services {
  const customers: Partial<Gateway> = { createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }) };
  return { ...contextAt(running.store, { ...customers, ...gateway }, at), site: { stage: "test", publicUrl } };
}

const standing = async ({ id }: Booking) => ({
  attempts: (await readAttempts(running.store, id)).map(({ status }) => status),
  collectedBy: (await readBooking(running.store, id))?.dues[0]?.openAttemptId,
});

describe("a checkout session", () => {
  test("whose answer was lost is requested again with the same parameters, wherever the site has moved since", async () => {
    const booking = await signed();
    const asked: { key: string; session: CreateCheckoutSession }[] = [];
    const losing: Partial<Gateway> = {
      async createCheckoutSession(session, key) {
        asked.push({ key, session });
        return lost;
      },
    };
    const before = contextOf(now, "https://old.example.org", losing);
    expect(await openCheckout(before, { bookingId: booking.id, purpose: "deposit" }, actor)).toEqual(lost);
    const [attempt] = await readAttempts(running.store, booking.id);

    const after = contextOf(plusMinutes(now, 5), "https://new.example.org", losing);
    await settle(after, { bookingId: booking.id, attemptId: attempt?.id ?? "" }, "sweep");

    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
    const wayBack = `https://old.example.org/v1/checkout/return?attempt=${attempt?.id}`;
    expect(asked[0]?.session).toMatchObject({ successUrl: wayBack, cancelUrl: wayBack });
  });

  test.each([
    ["is open is stored as the answer to the request", 1, 1],
    ["has expired before Stripe's answer arrives is not stored as an answer", 40, 0],
  ])("that %s", async (_, minutes, kept) => {
    const booking = await signed();
    const url = "https://api.example.org";
    await openCheckout(
      contextOf(now, url, { createCheckoutSession: async () => lost }),
      { bookingId: booking.id, purpose: "deposit" },
      actor,
    );
    const [attempt] = await readAttempts(running.store, booking.id);
    if (attempt === undefined) throw new Error("the booking has no attempt");
    const answer = vi.fn(() => null);

    const answering: Partial<Gateway> = {
      createCheckoutSession: async (session) => ({ ok: true, value: openSession(session, now) }),
      retrieveCheckoutSession: async () => lost,
    };
    const ref = { bookingId: booking.id, attemptId: attempt.id };
    await settle(contextOf(plusMinutes(now, minutes), url, answering), ref, "checkout", undefined, answer);

    expect(answer).toHaveBeenCalledTimes(kept);
  });

  test("that Stripe created and does not show is an error: the due keeps its attempt, which can still be paid", async () => {
    const booking = await signed();
    const making: Partial<Gateway> = {
      createCheckoutSession: async (session) => ({ ok: true, value: openSession(session, now) }),
    };
    const opened = await openCheckout(
      contextOf(now, "https://example.org", making),
      { bookingId: booking.id, purpose: "deposit" },
      actor,
    );
    const attemptId = opened.ok ? opened.attempt.id : "";

    const wrongAccount = contextOf(plusMinutes(now, 12), "https://example.org", {
      retrieveCheckoutSession: async () => unknownToStripe,
    });
    await expect(settle(wrongAccount, { bookingId: booking.id, attemptId }, "sweep")).rejects.toThrow(
      `stripe object not found: cs_${attemptId}`,
    );

    expect(await standing(booking)).toEqual({ attempts: ["open"], collectedBy: attemptId });
  });

  test("that Stripe does not show thirty days after its expiry belongs to another account, and frees its due", async () => {
    const booking = await signed();
    const making: Partial<Gateway> = {
      createCheckoutSession: async (session) => ({ ok: true, value: openSession(session, now) }),
    };
    const command = { bookingId: booking.id, purpose: "deposit" } as const;
    const opened = await openCheckout(contextOf(now, "https://example.org", making), command, actor);
    const ref = { bookingId: booking.id, attemptId: opened.ok ? opened.attempt.id : "" };
    const over = plusDays(opened.ok ? opened.attempt.sessionExpiresAt : now, 30);
    const look = (at: Instant) =>
      settle(
        contextOf(at, "https://example.org", { retrieveCheckoutSession: async () => unknownToStripe }),
        ref,
        "sweep",
      );

    await expect(look(plusMinutes(over, -1))).rejects.toThrow(`stripe object not found: cs_${ref.attemptId}`);
    expect(await standing(booking)).toEqual({ attempts: ["open"], collectedBy: ref.attemptId });
    await look(over);

    expect(await standing(booking)).toEqual({ attempts: ["refused"], collectedBy: null });
  });

  test("that cannot be looked up is an error too; one that is not listed was never created, and frees the due", async () => {
    const booking = await signed();
    const losing = contextOf(now, "https://example.org", { createCheckoutSession: async () => lost });
    await openCheckout(losing, { bookingId: booking.id, purpose: "deposit" }, actor);
    const [attempt] = await readAttempts(running.store, booking.id);
    const ref = { bookingId: booking.id, attemptId: attempt?.id ?? "" };
    const dayLater = plusHours(now, 25);

    const wrongAccount = contextOf(dayLater, "https://example.org", {
      listCheckoutSessions: async () => unknownToStripe,
      retrieveCustomer: async () => unknownToStripe,
    });
    await expect(settle(wrongAccount, ref, "sweep")).rejects.toThrow("stripe object not found: cus_1");
    expect(await standing(booking)).toEqual({ attempts: ["requested"], collectedBy: attempt?.id });

    const listing = contextOf(dayLater, "https://example.org", {
      listCheckoutSessions: async () => ({ ok: true, value: { items: [], nextAfter: null } }),
    });
    await settle(listing, ref, "sweep");
    expect(await standing(booking)).toEqual({ attempts: ["refused"], collectedBy: null });
  });

  test.each([
    ["is found in the time in which it can have been created", true, "open"],
    ["was never created if the list of that time has none", false, "refused"],
  ])("of a customer that was deleted since %s", async (_what, made, status) => {
    const booking = await signed();
    const asked: CreateCheckoutSession[] = [];
    const losing = contextOf(now, "https://example.org", {
      async createCheckoutSession(session) {
        asked.push(session);
        return lost;
      },
    });
    await openCheckout(losing, { bookingId: booking.id, purpose: "deposit" }, actor);
    const [attempt] = await readAttempts(running.store, booking.id);
    if (attempt?.via !== "checkout") throw new Error("the attempt has no session");
    const queries: object[] = [];
    const later = contextOf(plusHours(now, 25), "https://example.org", {
      retrieveCustomer: async () => ({ ok: true, value: { deleted: true } }),
      async listCheckoutSessions(query) {
        queries.push(query);
        if ("customerId" in query) return unknownToStripe;
        const items = made ? asked.map((session) => openSession(session, now)) : [];
        return { ok: true, value: { items, nextAfter: null } };
      },
    });

    await settle(later, { bookingId: booking.id, attemptId: attempt.id }, "sweep");

    expect(queries).toEqual([
      { customerId: "cus_1" },
      { createdFrom: plusMinutes(now, -5), createdTo: plusMinutes(attempt.sessionExpiresAt, 5) },
    ]);
    expect((await standing(booking)).attempts).toEqual([status]);
  });

  test("whose key was used with other parameters, as by an earlier release, is looked up and not requested again", async () => {
    const booking = await signed();
    const asked: CreateCheckoutSession[] = [];
    const losing = contextOf(now, "https://example.org", {
      async createCheckoutSession(session) {
        asked.push(session);
        return lost;
      },
    });
    await openCheckout(losing, { bookingId: booking.id, purpose: "deposit" }, actor);
    const [first] = await readAttempts(running.store, booking.id);
    const released = contextOf(plusMinutes(now, 1), "https://example.org", {
      createCheckoutSession: async () => ({ ok: false, kind: "idempotency_mismatch", code: "", message: "" }),
      listCheckoutSessions: async () => ({
        ok: true,
        value: { items: asked.map((session) => openSession(session, now)), nextAfter: null },
      }),
    });

    const opened = await openCheckout(released, { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(opened).toMatchObject({ ok: true, attempt: { id: first?.id, sessionId: `cs_${first?.id}` } });
  });

  test("that could not be requested in time was never created: the client's next call begins another", async () => {
    const booking = await signed();
    const command = { bookingId: booking.id, purpose: "deposit" } as const;
    await openCheckout(
      contextOf(now, "https://example.org", { createCheckoutSession: async () => lost }),
      command,
      actor,
    );
    const later = plusMinutes(now, 3);
    const again = contextOf(later, "https://example.org", {
      async createCheckoutSession(session) {
        if (session.expiresAt >= plusMinutes(later, 30)) return { ok: true, value: openSession(session, later) };
        return { ok: false, kind: "invalid", code: "invalid_request_error", param: "expires_at", message: "" };
      },
    });

    const opened = await openCheckout(again, command, actor);

    expect(opened).toMatchObject({ ok: true, attempt: { status: "open", sessionExpiresAt: plusMinutes(later, 31) } });
    expect((await standing(booking)).attempts).toEqual(["refused", "open"]);
    // The first attempt's extension was taken back, so that the second one could get it.
    expect(await readBooking(running.store, booking.id)).toMatchObject({
      holdExpiresAt: plusMinutes(later, 36),
      holdExtended: true,
    });
  });

  test("that Stripe permanently refuses frees the due, and undoes the extension of the hold", async () => {
    const booking = await signed();
    const { holdExpiresAt } = booking;
    const refusing = contextOf(now, "https://example.org", {
      createCheckoutSession: async () => ({ ok: false, kind: "invalid", code: "amount_too_large", message: "" }),
    });

    const refused = await openCheckout(refusing, { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(refused).toMatchObject({ ok: false, kind: "invalid", code: "amount_too_large" });
    expect(await standing(booking)).toEqual({ attempts: ["refused"], collectedBy: null });
    expect(await readBooking(running.store, booking.id)).toMatchObject({ holdExpiresAt, holdExtended: false });
  });
});

describe("the return page", () => {
  const payment: StripePayment = {
    paymentIntentId: "pi_1",
    status: "succeeded",
    amount: 250_000,
    amountReceived: 250_000,
    currency: "usd",
    methodType: "card",
    created: now,
    customerId: "cus_1",
    nextAction: null,
    lastError: null,
    charge: null,
    metadata: {},
  };
  const charge: StripeCharge = {
    chargeId: "ch_1",
    paymentIntentId: "pi_1",
    amount: 250_000,
    amountCaptured: 250_000,
    captured: true,
    amountRefunded: 0,
    currency: "usd",
    status: "succeeded",
    methodType: "card",
    created: now,
    paidWith: card,
    balanceTransaction: { id: "txn_1", amount: 250_000, fee: 7_280, net: 242_720, currency: "usd", created: now },
    metadata: {},
  };
  const shown = (changes: Partial<StripeSession>) => async (sessionId: string) => ({
    ok: true as const,
    value: {
      ...openSession({ metadata: {}, expiresAt: now, customerId: "cus_1" } as CreateCheckoutSession, now),
      sessionId,
      ...changes,
    },
  });
  const paid = { status: "complete", payment: { ...payment, charge } } as const;
  const paidBy = (other: number) => {
    const balanceTransaction = {
      ...charge.balanceTransaction,
      id: `txn_${other}`,
    } as StripeCharge["balanceTransaction"];
    const ids = { chargeId: `ch_${other}`, paymentIntentId: `pi_${other}` };
    const own = { ...charge, ...ids, balanceTransaction };
    return { status: "complete", payment: { ...payment, paymentIntentId: ids.paymentIntentId, charge: own } } as const;
  };
  const newCard = {
    ...{ methodId: "pm_new", customerId: "cus_1", type: "card", fingerprint: "fp_2", last4: "4444" },
    expiresOn: "2033-12-31",
  };
  const debit = { status: "complete", payment: { ...payment, status: "processing" } } as const;
  const broken = async () => ({ ok: false, kind: "unavailable", code: "timeout", message: "" }) as const;

  /** The return page by GET (`see`) and by HEAD (`look`). */
  function pagesOf(gateway: Gateway, time: { now: Instant }) {
    const { store } = running;
    const config = readConfig({ STAGE: "test", PUBLIC_URL: "https://example.org" });
    const handler = httpHandler(
      async () => ({
        store,
        gateway,
        ids,
        clock: { now: () => time.now },
        random: () => 0,
        log: jsonLog({}, () => {}),
        config,
      }),
      checkoutBindings,
    );
    const ask = caller(handler, running);
    return {
      see: (path: string) => ask("GET", path, { role: "" }),
      look: (path: string) => ask("HEAD", path, { role: "" }),
    };
  }

  /** A client's open page, and the return page's answer while Stripe reports this state. */
  async function comingBack(retrieveCheckoutSession: Gateway["retrieveCheckoutSession"], time = { now }) {
    const booking = await signed();
    let wayBack = "";
    const services = contextOf(now, "https://example.org", {
      async createCheckoutSession(session) {
        wayBack = session.cancelUrl;
        return { ok: true, value: openSession(session, now) };
      },
    });
    const opened = await openCheckout(services, { bookingId: booking.id, purpose: "deposit" }, actor);
    const { gateway } = contextOf(now, "https://example.org", { retrieveCheckoutSession });
    const sessionId = opened.ok ? opened.attempt.sessionId : "";
    return {
      booking,
      sessionId,
      wayBack: wayBack.replace("https://example.org", ""),
      ...pagesOf(gateway, time),
    };
  }

  test("confirms the payment to a payer who leaves Stripe's page in one tab after paying in another", async () => {
    const { booking, wayBack, see } = await comingBack(shown(paid));

    const page = await see(wayBack);

    expect(page).toMatchObject({ status: 200, text: expect.stringContaining("Payment received") });
    expect(await readBooking(running.store, booking.id)).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
  });

  test.each([
    ["is open", shown({}), 200, "Payment not finished"],
    ["has expired", shown({ status: "expired" }), 200, "The payment page has expired"],
    ["was completed by a bank debit", shown(debit), 200, "Payment in progress"],
    ["cannot be retrieved", broken, 503, "We cannot show this payment"],
  ])("of a session that %s says so, and nothing beyond Stripe's state", async (_what, said, status, title) => {
    const { booking, wayBack, sessionId, see } = await comingBack(said);

    const page = await see(wayBack);

    expect(page).toMatchObject({ status, text: expect.stringContaining(title) });
    expect(page.text).not.toMatch(/nothing was charged|your place|deposit|program/i);
    expect(page.text).not.toContain(booking.id);
    expect((await see(`/v1/checkout/return?session=${sessionId}`)).text).toBe(page.text);
  });

  test("asks Stripe at most three times in ten seconds, however often it is opened, and again later", async () => {
    const time = { now };
    const asked: string[] = [];
    const open = shown({});
    const { wayBack, sessionId, see } = await comingBack(async (id) => {
      asked.push(id);
      return open(id);
    }, time);
    const paths = Array.from({ length: 10 }, () => [wayBack, `/v1/checkout/return?session=${sessionId}`]).flat();

    const pages = await Promise.all(paths.map(see));

    expect(asked).toHaveLength(3);
    for (const page of pages) expect(page).toMatchObject({ text: expect.stringContaining("Payment not finished") });
    time.now = plusSeconds(now, 10);
    await see(wayBack);
    expect(asked).toHaveLength(4);
  });

  test.each([
    ["was paid", shown(paidBy(2)), "Payment received"],
    ["has expired", shown({ status: "expired" }), "The payment page has expired"],
  ])("no longer asks Stripe once the session %s", async (_what, said, title) => {
    const asked: string[] = [];
    const { wayBack, see } = await comingBack(async (id) => {
      asked.push(id);
      return said(id);
    });

    const pages = [await see(wayBack), await see(wayBack)];

    for (const page of pages) expect(page).toMatchObject({ status: 200, text: expect.stringContaining(title) });
    expect(asked).toHaveLength(1);
  });

  test("settles nothing, counts nothing and asks nobody for a mail scanner's HEAD", async () => {
    const asked: string[] = [];
    const { booking, wayBack, sessionId, see, look } = await comingBack(async (id) => {
      asked.push(id);
      return shown(paidBy(3))(id);
    });

    const changes = await changesOf(running.store, async () => {
      for (const path of [wayBack, `/v1/checkout/return?session=${sessionId}`, "/v1/checkout/return"]) {
        expect(await look(path)).toMatchObject({ status: 200, text: "" });
      }
      expect(await look("/v1/checkout/return?session=cs_of_nobody")).toMatchObject({ status: 404, text: "" });
    });

    expect({ changes, asked }).toEqual({ changes: [], asked: [] });
    expect(await see(wayBack)).toMatchObject({ text: expect.stringContaining("Payment received") });
    expect(await readBooking(running.store, booking.id)).toMatchObject({ paid: 250_000 });
    expect(asked).toEqual([sessionId]);
  });

  test("saves no payment method for a mail scanner's HEAD", async () => {
    const booking = await paidAndSaved(running.store);
    const asked: string[] = [];
    const open: Partial<Gateway> = {
      createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
      createSetupSession: async (session) => ({ ok: true, value: openSession(session, paidNow) }),
      retrieveCheckoutSession: async (id) => {
        asked.push(id);
        return shown({ status: "complete", setup: { status: "succeeded", method: newCard, mandateId: null } })(id);
      },
    };
    const giver = { sourceIp: "192.0.2.7", userAgent: "phone", signedBy: "client" };
    const command = { bookingId: booking.id };
    const opened = await openSetup(contextAt(running.store, open, paidNow), command, giver);
    const wayBack = `/v1/checkout/return?attempt=${opened.ok ? opened.setup.id : ""}`;
    const { see, look } = pagesOf(open as Gateway, { now: paidNow });

    const changes = await changesOf(running.store, async () => {
      expect(await look(wayBack)).toMatchObject({ status: 200, text: "" });
    });

    expect({ changes, asked }).toEqual({ changes: [], asked: [] });
    expect(await see(wayBack)).toMatchObject({ text: expect.stringContaining("Payment method saved") });
  });

  test("says nothing about a payment if none is named", async () => {
    const { see } = await comingBack(broken);

    const page = await see("/v1/checkout/return");

    expect(page).toMatchObject({ status: 200, text: expect.stringContaining("No payment to show") });
    expect(page.text).not.toMatch(/charged|paid|went through/i);
  });

  test.each(["session=cs_test_of_somebody_else", "attempt=att_01JZZZZZZZZZZZZZZZZZZZZZZZ", "attempt=", "session=%00"])(
    "of %s, which is not ours, is 404 without asking Stripe",
    async (query) => {
      const asked: string[] = [];
      const { see } = await comingBack(async (sessionId) => {
        asked.push(sessionId);
        return unknownToStripe;
      });

      const page = await see(`/v1/checkout/return?${query}`);

      expect(page).toMatchObject({ status: 404, text: expect.stringContaining("We cannot show this payment") });
      expect(asked).toEqual([]);
    },
  );
});
