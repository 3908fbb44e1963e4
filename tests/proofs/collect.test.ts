import { makeTry } from "@clearing/commands/collect";
import { workOnBooking } from "@clearing/commands/deadlines";
import { workOnAttempt } from "@clearing/commands/payment-deadlines";
import { type Booking, type OffSessionAttempt, stopAutopay } from "@clearing/domain/booking";
import { plusHours, plusMinutes } from "@clearing/domain/time";
import type { Gateway, StripePayment } from "@clearing/payments";
import { verifyAudit } from "@clearing/store/audit";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collecting, intentOf, lost } from "../harness/collecting.ts";
import { intercepted } from "../harness/intercepted.ts";
import { occasionAt } from "../harness/journey.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

describe("a due that is collected with a saved card (I5)", () => {
  test("has one try, and is charged once, however many collectors there are", async () => {
    const life = await collecting(running.store);

    await Promise.all(Array.from({ length: 8 }, life.begin));
    expect(await life.tries()).toHaveLength(1);
    await Promise.all(Array.from({ length: 4 }, life.work));

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid", openAttemptId: null });
  });

  test("is billed, charged and announced in one sweep, each in a chained audit record (I9)", async () => {
    const life = await collecting(running.store);

    expect(await workOnBooking(life.context, life.id)).toMatchObject({ ok: true });

    const { records, broken } = await verifyAudit(running.store);
    expect(records).toBeGreaterThan(0);
    expect(broken.filter(({ subject }) => subject === `booking#${life.id}`)).toEqual([]);
  });

  test("has its booking read once by a sweep, apart from the clearance's steps", async () => {
    const life = await collecting(running.store);
    const sent: string[] = [];
    const store = intercepted(running.store, (command, send) => {
      sent.push(command.constructor.name);
      return send();
    });

    expect(await workOnBooking({ ...life.context, store }, life.id)).toMatchObject({ ok: true });

    expect(await life.tries()).toHaveLength(1);
    expect(sent.filter((name) => name.includes("Get"))).toEqual([
      "GetCommand",
      "TransactGetCommand",
      "TransactGetCommand",
    ]);
  });

  test("is charged once if the answer is lost, and requested again under its key", async () => {
    const life = await collecting(running.store);
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    expect(await life.balance()).toMatchObject({ paid: 0 });

    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 22);
    await life.work();

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("is charged once if the request was lost", async () => {
    const life = await collecting(running.store);
    await life.begin();
    const [attempt] = await life.tries();
    life.state.losesRequests = true;
    await life.work();
    expect(life.intents).toEqual([]);

    life.state.losesRequests = false;
    life.context.store = { ...running.store, correlationId: "another-sweep" };
    await life.work();

    // The same parameters as stored: Stripe refuses any others under the key.
    expect(life.intents).toMatchObject([{ metadata: { correlationId: attempt?.correlationId } }]);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("is looked up, and never requested again, once its key can be forgotten", async () => {
    const life = await collecting(running.store);
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();

    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 25);
    await life.work();

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("control: is charged twice under a key that is trusted after a day", async () => {
    const life = await collecting(running.store);
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 25);
    const [attempt] = (await life.tries()) as [OffSessionAttempt];
    const booking = (await readBooking(running.store, life.id)) as Booking;
    const trusting = { ...life.context, clock: { now: () => attempt.createdAt } };

    await makeTry(trusting, { attempt, booking }, "control");

    expect(life.intents).toHaveLength(2);
  });

  test("control: is requested again after a charge if a lost answer is not looked up", async () => {
    const life = await collecting(running.store);
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    life.state.losesAnswers = false;
    life.clock.now = plusHours(life.clock.now, 25);
    life.context.gateway.listPaymentIntents = async () => ({ ok: true, value: { items: [], nextAfter: null } });

    await life.work();

    expect(life.intents).toMatchObject([{ status: "succeeded" }]);
    expect(await life.balance()).toMatchObject({ status: "past_due", openAttemptId: null, paid: 0 });
  });

  test("has its failed intent cancelled before another attempt can begin", async () => {
    const life = await collecting(running.store);
    life.state.declines = "insufficient_funds";
    await life.begin();
    const cancel = life.gateway.cancelPaymentIntent as Gateway["cancelPaymentIntent"];
    let openWhenCancelled: string | null | undefined;
    life.gateway.cancelPaymentIntent = async (id) => {
      openWhenCancelled = (await life.balance())?.openAttemptId;
      return cancel(id);
    };
    life.context.gateway.cancelPaymentIntent = life.gateway.cancelPaymentIntent;

    await life.work();

    expect(openWhenCancelled).toMatch(/^att_/);
    expect(life.intents).toMatchObject([{ status: "canceled" }]);
    expect(await life.balance()).toMatchObject({ openAttemptId: null, tries: { failed: 1, stopped: null } });
  });

  test("keeps its attempt while Stripe cannot cancel the failed intent", async () => {
    const life = await collecting(running.store);
    life.state.declines = "insufficient_funds";
    await life.begin();
    life.context.gateway.cancelPaymentIntent = async () => lost;

    await life.work();

    expect(await life.balance()).toMatchObject({ openAttemptId: expect.any(String) });
    expect((await life.balance())?.tries).toBeUndefined();
  });

  test("that was paid while its failed intent was being cancelled is paid", async () => {
    const life = await collecting(running.store);
    life.state.declines = "insufficient_funds";
    await life.begin();
    life.context.gateway.cancelPaymentIntent = async (id) => {
      const intent = life.intents.find(({ paymentIntentId }) => paymentIntentId === id) as StripePayment;
      Object.assign(intent, intentOf(id, intent, life.clock.now, { declines: null }));
      return { ok: false, kind: "invalid", code: "payment_intent_unexpected_state", message: "succeeded" };
    };

    await life.work();

    expect(await life.balance()).toMatchObject({ status: "paid" });
  });

  test("is not charged once the permission is withdrawn, and can be paid by link", async () => {
    const life = await collecting(running.store);
    await life.begin();
    const before = (await readBooking(running.store, life.id)) as Booking;
    const stopped = stopAutopay(before, life.clock.now);
    if (stopped === null) throw new Error("the booking has no autopay to stop");
    await commit(running.store, bookingWrites(running.store, before, stopped, occasionAt(life.clock.now)));

    life.clock.now = plusMinutes(life.clock.now, 1);
    await life.work();

    expect(life.intents).toEqual([]);
    expect(await life.balance()).toMatchObject({ openAttemptId: null, paid: 0 });
    expect((await life.balance())?.tries).toBeUndefined();
  });

  test("is not charged by a request that Stripe refuses, and is paid by link", async () => {
    const life = await collecting(running.store);
    await life.begin();
    life.context.gateway.createPaymentIntent = async () => ({
      ...{ ok: false, kind: "invalid", code: "resource_missing", param: "payment_method", message: "gone" },
    });

    await life.work();

    expect(await life.balance()).toMatchObject({
      status: "action_required",
      tries: { lastFailure: "method_unusable" },
    });
    expect((await readBooking(running.store, life.id))?.savedMethod?.unusable).toBe("refused");
  });

  describe("whose refusal leaves an intent open, such as for a blocked bank account", () => {
    const blocked = async () => {
      const life = await collecting(running.store, { type: "us_bank_account", expiresOn: null });
      await life.begin();
      life.state.declines = "blocked";
      const create = life.gateway.createPaymentIntent as Gateway["createPaymentIntent"];
      life.context.gateway.createPaymentIntent = async (asked, key) => {
        const made = await create(asked, key);
        if (!made.ok) return made;
        const { paymentIntentId } = made.value;
        return { ok: false, kind: "invalid", code: "bank_account_unusable", paymentIntentId, message: "blocked" };
      };
      return life;
    };

    test("has the intent cancelled before it is free, and is paid by link", async () => {
      const life = await blocked();
      const cancel = life.gateway.cancelPaymentIntent as Gateway["cancelPaymentIntent"];
      let openWhenCancelled: string | null | undefined;
      life.context.gateway.cancelPaymentIntent = async (id) => {
        openWhenCancelled = (await life.balance())?.openAttemptId;
        return cancel(id);
      };

      await life.work();

      expect(openWhenCancelled).toMatch(/^att_/);
      expect(life.intents).toMatchObject([{ status: "canceled" }]);
      expect(await life.balance()).toMatchObject({ openAttemptId: null, tries: { lastFailure: "method_unusable" } });
    });

    test("keeps its attempt while Stripe cannot cancel the intent, and cancels it later", async () => {
      const life = await blocked();
      const { cancelPaymentIntent } = life.context.gateway;
      life.context.gateway.cancelPaymentIntent = async () => lost;
      await life.work();
      expect(await life.balance()).toMatchObject({ openAttemptId: expect.any(String) });

      life.context.gateway.cancelPaymentIntent = cancelPaymentIntent;
      await life.work();

      expect(life.intents).toMatchObject([{ status: "canceled" }]);
      expect(await life.balance()).toMatchObject({ openAttemptId: null });
    });

    test("is paid if that intent was paid all the same", async () => {
      const life = await blocked();
      life.context.gateway.cancelPaymentIntent = async (id) => {
        const intent = life.intents.find(({ paymentIntentId }) => paymentIntentId === id) as StripePayment;
        Object.assign(intent, intentOf(id, intent, life.clock.now, { declines: null }));
        return { ok: false, kind: "invalid", code: "payment_intent_unexpected_state", message: "succeeded" };
      };

      await life.work();

      expect(await life.balance()).toMatchObject({ status: "paid" });
    });
  });

  test.each(["unavailable", "idempotency_in_flight"] as const)(
    "waits for its worker while Stripe is %s",
    async (kind) => {
      const life = await collecting(running.store);
      await life.begin();
      life.context.gateway.createPaymentIntent = async () => ({ ok: false, kind, code: "x", message: "x" });

      expect(
        await workOnAttempt(life.context, life.id, ((await life.tries()) as [OffSessionAttempt])[0].id),
      ).toMatchObject({
        ok: false,
      });
      expect(await life.balance()).toMatchObject({ openAttemptId: expect.any(String), paid: 0 });
    },
  );

  test.each(["saved_failure", "idempotency_mismatch"] as const)("is looked up after a %s", async (kind) => {
    const life = await collecting(running.store);
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    life.context.gateway.createPaymentIntent = async () => ({ ok: false, kind, code: "x", message: "x" });

    await life.work();

    expect(life.intents).toHaveLength(1);
    expect(await life.balance()).toMatchObject({ status: "paid" });
  });
});
