import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, signedClient, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("the deposit", () => {
  test("after a declined card the client can use another one in the same session", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    const session = await client.checkout();
    expect(await client.payOn(session, "pm_card_visa_chargeDeclined")).toMatchObject({ status: "declined" });
    await world.quiesce();
    expect(await client.read()).toMatchObject({ status: "held", paid: 0 });
    expect(await client.payOn(session)).toMatchObject({ status: "succeeded" });
    await world.quiesce();
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    await expectReconciled(world);
  });

  test("a card that requires authentication is charged once the client has authenticated", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    const { status, paymentIntent } = await client.payOn(await client.checkout(), "pm_card_authenticationRequired");
    expect(status).toBe("requires_action");
    await world.sim("POST", `/_sim/payment_intents/${paymentIntent}/authentication`, { result: "success" });
    await world.quiesce();
    expect((await client.read()).status).toBe("awaiting_clearance");
  });

  test("a client can pay one deposit at a time by bank debit: the next session allows only cards", async () => {
    const [one, two] = [await openCohort(world), await openCohort(world)];
    const client = await signedClient(world, one.id);
    await client.checkout();
    const second = new Client(world, client.email);
    await second.hold(two.id);
    await second.sign();
    const page = await second.checkout();
    expect(await second.payOn(page, "pm_usBankAccount_success")).toEqual({
      error: {
        type: "invalid_request_error",
        message: "This Checkout Session does not offer us_bank_account.",
        param: "paymentMethod",
      },
    });
    expect(await second.payOn(page)).toMatchObject({ status: "succeeded" });
  });

  test("a client whose customer was deleted at Stripe can still pay, as a new customer", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    await client.pay("pm_card_chargeDeclined");
    const first = (await world.http.stripe("GET", `customers?email=${encodeURIComponent(client.email)}`)).body.data[0];
    await world.http.stripe("DELETE", `customers/${first.id}`);
    const again = new Client(world, client.email);
    await again.hold((await openCohort(world)).id);
    await again.sign();
    const { status, body } = await again.tryCheckout();
    expect(status).toBe(200);
    const session = (await world.http.stripe("GET", `checkout/sessions/${body.sessionId}`)).body;
    expect(session.customer).not.toBe(first.id);
    expect(await again.payOn(body.sessionId)).toMatchObject({ status: "succeeded" });
    await world.quiesce();
    expect(await again.read()).toMatchObject({ status: "awaiting_clearance" });
  });

  test("the return page of one tab shows the payment made in another tab", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    const sessionId = await client.checkout();
    const { cancel_url } = (await world.http.stripe("GET", `checkout/sessions/${sessionId}`)).body;
    const { pathname, search } = new URL(cancel_url);
    const seen = async () => (await world.api<string>("GET", `${pathname}${search}`)).body;
    expect(await seen()).toContain("Payment not finished");
    await client.payOn(sessionId);
    expect(await seen()).toContain("Payment received");
  });

  test("the return page settles a payment whose webhook is lost", async () => {
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    const client = await signedClient(world, (await openCohort(world)).id);
    const session = await client.checkout();
    await client.payOn(session);
    const page = await world.api<string>("GET", `/v1/checkout/return?session=${session}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain("Payment received");
    expect((await client.read()).status).toBe("awaiting_clearance");
    await world.sim("DELETE", "/_sim/webhooks");
  });

  test("a payment whose webhook is lost is settled within 15 minutes", async () => {
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    const client = await signedClient(world, (await openCohort(world)).id);
    await client.payOn(await client.checkout());
    await world.quiesce();
    expect((await client.read()).status).toBe("held");
    await world.moveClock({ advance: "PT15M" });
    expect((await client.read()).status).toBe("awaiting_clearance");
    await world.sim("DELETE", "/_sim/webhooks");
    await expectReconciled(world);
  });

  test("webhooks that are duplicated and reordered change nothing", async () => {
    await world.sim("POST", "/_sim/webhooks", { duplicate: 0.6, reorder: 0.6, seed: 5 });
    const cohort = await openCohort(world);
    for (let index = 0; index < 3; index++) {
      const client = await signedClient(world, cohort.id);
      await client.pay();
      expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    }
    await world.sim("DELETE", "/_sim/webhooks");
    await expectReconciled(world);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
