import { makeException } from "@clearing/commands/exceptions";
import { openSetup, permissionToRenew } from "@clearing/commands/method-setup";
import { workOnSetup } from "@clearing/commands/payment-deadlines";
import { settleSetupOnReturn } from "@clearing/commands/settle-setup";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import { type Booking, deferDue } from "@clearing/domain/booking";
import { addDays, plusHours, plusMinutes } from "@clearing/domain/time";
import type { Gateway, GatewayFailure, StripeSession } from "@clearing/payments";
import { readBooking } from "@clearing/store/booking";
import { readSetups } from "@clearing/store/method-setup";
import { readPermission } from "@clearing/store/permission";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesOf } from "../harness/changes.ts";
import { contextAt } from "../harness/context.ts";
import { allowAutopay, now, occasionAt, paidAndSaved } from "../harness/journey.ts";
import { methodPages } from "../harness/method-pages.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const giver = { sourceIp: "192.0.2.7", userAgent: "phone", signedBy: "link" };
const silent: GatewayFailure = { ok: false, kind: "unknown", code: "StripeConnectionError", message: "timed out" };

async function collected(autopay = true) {
  const booking = await paidAndSaved(running.store);
  if (autopay) await allowAutopay(running.store, booking);
  const account = methodPages();
  const at = (instant = now) => contextAt(running.store, account.gateway, instant);
  const read = async () => (await readBooking(running.store, booking.id)) as Booking;
  const setups = () => readSetups(running.store, booking.id);
  const open = (shown?: string | null, instant = now) =>
    openSetup(at(instant), { bookingId: booking.id, shown }, giver);
  return { ...account, id: booking.id, at, read, setups, open };
}

async function opened(autopay = true) {
  const life = await collected(autopay);
  const page = await life.open();
  if (!page.ok) throw new Error("the setup was refused");
  return { ...life, setup: page.setup };
}

/** Staff defer the balance, so that the permission's text changes. */
async function deferred({ id }: { id: string }): Promise<void> {
  const occasion = { ...occasionAt(now), reason: "hardship" };
  const put = (booking: Booking) => {
    const balance = booking.dues[1] as Booking["dues"][number];
    return deferDue(booking, balance.id, addDays(balance.dueOn, 10), now);
  };
  const result = await makeException(running.store, id, put, occasion, () => null);
  if (!result.ok) throw new Error("the deferral was refused");
}

describe("a page that saves another method", () => {
  test("is requested under a key that is stored first, with the evidence of the permission that was shown", async () => {
    const life = await collected();
    const { createSetupSession: make } = life.gateway as Gateway;
    const stored: string[] = [];
    life.gateway.createSetupSession = async (session, key) => {
      stored.push(...(await life.setups()).map(({ id, status }) => `${id === key} ${status}`));
      return make(session, key);
    };
    const permission = permissionToRenew(await life.read());
    const page = await life.open(permission?.hash);

    expect(stored).toEqual(["true requested"]);
    expect(page).toMatchObject({ ok: true, setup: { status: "open" }, permission: { hash: permission?.hash } });
    const [setup] = await life.setups();
    const kept = await readPermission(running.store, life.id, setup?.permission?.id ?? "");
    expect(kept).toMatchObject({
      hash: permission?.hash,
      html: permission?.html,
      given: { at: now, methodId: null, sourceIp: "192.0.2.7", userAgent: "phone", givenBy: "link" },
    });
    expect((await life.read()).permission?.hash).not.toBe(permission?.hash);
  });

  test("is opened only for the text that was shown", async () => {
    const life = await collected();

    expect(await life.open(null)).toEqual({ ok: false, reason: "agreement_changed" });
    expect(await life.open("another")).toEqual({ ok: false, reason: "agreement_changed" });
    expect(await life.setups()).toEqual([]);
    expect(await (await collected(false)).open(null)).toMatchObject({ ok: true, permission: null });
  });

  test("is returned again while it is open, and replaced once it has ended", async () => {
    const life = await opened();
    const { setup } = life;
    const again = await life.open();
    const later = await life.open(undefined, plusMinutes(now, 31));

    expect(again).toMatchObject({ setup: { id: setup.id, url: setup.url } });
    expect(later).toMatchObject({ ok: true });
    expect(later.ok && later.setup.id).not.toBe(setup.id);
  });

  test("is one page, however many clicks ask for it at once", async () => {
    const life = await collected();

    const pages = await Promise.all(Array.from({ length: 10 }, () => life.open()));

    const [setup, ...others] = await life.setups();
    expect(others).toEqual([]);
    expect(pages).toEqual(
      pages.map(() => expect.objectContaining({ setup: expect.objectContaining({ id: setup?.id }) })),
    );
    expect([...life.sessions.keys()]).toEqual([setup?.sessionId]);
  });

  test("is closed before another one is opened that shows another text", async () => {
    const life = await opened();
    await deferred(life);

    const page = await life.open();

    const [first, second] = await life.setups();
    expect(page).toMatchObject({ ok: true, setup: { id: second?.id } });
    expect(first).toMatchObject({ id: life.setup.id, status: "expired", dueAt: null });
    expect(second?.permission?.hash).not.toBe(first?.permission?.hash);
    expect([...life.sessions.values()].map(({ status }) => status)).toEqual(["expired", "open"]);
  });

  test("that was completed is saved, though another text is shown by then", async () => {
    const life = await opened();
    await deferred(life);
    const { retrieveCheckoutSession: look } = life.gateway as Gateway;
    life.gateway.retrieveCheckoutSession = async (id) => {
      const seen = await look(id);
      // The client completes the page after this look at it.
      if (seen.ok && seen.value.status === "open") life.complete(id);
      return seen;
    };

    await life.open();

    expect((await life.read()).savedMethod?.id).toBe("pm_new");
    expect((await life.setups())[0]).toMatchObject({ id: life.setup.id, status: "saved" });
  });

  test("whose answer was lost is requested again under its own key, by the next click or the sweep", async () => {
    const life = await collected();
    const { createSetupSession: make } = life.gateway as Gateway;
    life.gateway.createSetupSession = async (session, key) => {
      await make(session, key);
      return silent;
    };
    expect(await life.open()).toEqual(silent);
    life.gateway.createSetupSession = make;
    const [setup] = await life.setups();
    const swept = await workOnSetup(life.at(plusMinutes(now, 2)), life.id, setup?.id ?? "");

    expect(swept).toEqual({ ok: true });
    expect(await life.open()).toMatchObject({ ok: true, setup: { id: setup?.id } });
    expect(new Set(life.asked.map(({ key }) => key))).toEqual(new Set([setup?.id]));
  });

  test("is looked up once its key is a day old, and never created under it again", async () => {
    const life = await collected();
    const { createSetupSession: make } = life.gateway as Gateway;
    life.gateway.createSetupSession = async () => silent;
    await life.open();
    const [setup] = await life.setups();
    const work = () => workOnSetup(life.at(plusHours(now, 24)), life.id, setup?.id ?? "");
    life.gateway.createSetupSession = make;

    await work();

    expect(life.asked).toEqual([]);
    expect(await life.setups()).toMatchObject([{ status: "refused", dueAt: null }]);
  });

  test("is requested for another customer if Stripe has deleted the client's", async () => {
    const life = await collected();
    const { createSetupSession: make } = life.gateway as Gateway;
    let refused = 0;
    life.gateway.createSetupSession = async (session, key) => {
      if (refused++ > 0) return make(session, key);
      return { ok: false, kind: "invalid", code: "resource_missing", param: "customer", message: "No such customer" };
    };

    const page = await life.open();

    const [first, second] = await life.setups();
    expect(page).toMatchObject({ ok: true, setup: { id: second?.id } });
    expect(first).toMatchObject({ status: "refused", failureCode: "customer_gone" });
    expect(second?.customerId).not.toBe(first?.customerId);
  });
});

describe("a method that was saved", () => {
  const event = { type: "checkout.session.completed", objectType: "checkout.session" };

  test.each(["webhook", "way back", "sweep"] as const)(
    "replaces the old method once, if the %s is first",
    async (first) => {
      const life = await opened();
      const { setup } = life;
      life.complete(setup.sessionId);
      const ref = { bookingId: life.id, attemptId: setup.id };
      const tell = {
        webhook: () => applyStripeEvent(life.at(), { ...event, objectId: setup.sessionId }),
        "way back": () => settleSetupOnReturn(life.at(), ref),
        sweep: () => workOnSetup(life.at(), life.id, setup.id),
      };
      const changed = await changesOf(running.store, tell[first]);
      const again = await changesOf(running.store, async () => {
        await tell.webhook();
        await tell.sweep();
      });

      expect(changed.filter((name) => !name.startsWith("way back"))).toEqual([
        ...["PaymentMethodSaved", "audit of a booking", "booking", "setup", "way to a booking", "way to a booking"],
      ]);
      expect(again).toEqual([]);
      expect(await life.read()).toMatchObject({
        autopay: true,
        permission: { id: setup.permission?.id },
        savedMethod: {
          id: "pm_new",
          customerId: setup.customerId,
          last4: "4444",
          expiresOn: "2033-12-31",
          unusable: null,
        },
      });
    },
  );

  test("is not kept if it was lost before its page was looked at", async () => {
    const life = await opened();
    const before = await life.read();
    life.complete(life.setup.sessionId, { methodLost: "mandate_withdrawn" });

    await applyStripeEvent(life.at(), { ...event, objectId: life.setup.sessionId });

    expect(await life.setups()).toMatchObject([{ status: "refused", failureCode: "mandate_withdrawn", dueAt: null }]);
    expect(await life.read()).toEqual(before);
  });

  test("by two consumers at once is written once", async () => {
    const life = await opened();
    life.complete(life.setup.sessionId);
    const told = () => applyStripeEvent(life.at(), { ...event, objectId: life.setup.sessionId });

    const changed = await changesOf(running.store, () => Promise.all([told(), told(), told()]));

    expect(changed.filter((name) => name === "PaymentMethodSaved")).toHaveLength(1);
  });

  test("on a session of another system changes nothing", async () => {
    const life = await opened();
    const session = life.sessions.get(life.setup.sessionId) as StripeSession;
    life.sessions.set("cs_other", {
      ...session,
      sessionId: "cs_other",
      status: "complete",
      metadata: { app: "other" },
    });

    const changed = await changesOf(running.store, () =>
      applyStripeEvent(life.at(), { ...event, objectId: "cs_other" }),
    );

    expect(changed).toEqual([]);
  });

  test("with copied metadata counts only from the setup's own session", async () => {
    const life = await opened();
    const session = life.sessions.get(life.setup.sessionId) as StripeSession;
    life.sessions.set("cs_copy", { ...session, sessionId: "cs_copy" });
    life.complete("cs_copy");

    await applyStripeEvent(life.at(), { ...event, objectId: "cs_copy" });

    expect((await life.read()).savedMethod?.last4).toBe("4242");
  });
});
