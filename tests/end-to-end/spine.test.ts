import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Happening } from "../../scripts/story/happening.ts";
import type { Story } from "../../scripts/story/story.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("from hold to confirmed", () => {
  test("a client holds, signs, pays, is cleared by two clinicians, and is confirmed", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const held = await client.hold(cohort.id);
    await world.quiesce();
    expect(held).toMatchObject({ status: "held", standing: "current", total: 1_850_000, balance: 1_850_000, paid: 0 });
    expect((await client.sign()).agreement.signedAt).not.toBeNull();
    expect(await client.pay()).toBe("succeeded");
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000, balance: 1_600_000 });
    await client.evaluate("medical");
    expect((await client.read()).status).toBe("awaiting_clearance");
    await client.evaluate("psychiatric");

    const confirmed = await client.read();
    expect(confirmed).toMatchObject({ status: "confirmed", clearance: { status: "cleared" } });
    expect(confirmed.timeline.map(({ event }) => event)).toEqual([
      "BookingHeld",
      "AgreementSigned",
      "PaymentSettled",
      "BookingConfirmed",
    ]);
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining([
        "We are holding a place for you",
        "Your signed agreement",
        "We received your deposit",
        "Your booking is confirmed",
      ]),
    );
    expect(await world.mail(client.email)).toHaveLength(4);
    const types = (await world.events(client.id)).map(({ type }) => type).sort();
    expect(types).toEqual(
      [
        "AgreementSigned",
        "BookingConfirmed",
        "BookingHeld",
        "ClearanceChanged",
        "ClearanceChanged",
        "PaymentSettled",
      ].sort(),
    );
  });

  test("one correlation id leads from a request to all its effects, also at Stripe and after the webhook", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    await client.hold(cohort.id);
    await client.sign();
    const checkout = await client.tryCheckout({ purpose: "deposit" });
    const requestId = checkout.headers.get("x-request-id");
    await client.pay();
    await world.quiesce();

    const { happenings } = (await world.must("GET", `/_local/bookings/${client.id}/story`)) as Story;

    const times = happenings.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    const following = happenings.filter(({ correlationId }) => correlationId === requestId);
    const seen = (kind: Happening["kind"]) => following.filter((one) => one.kind === kind).map(({ title }) => title);
    expect(seen("request")).toEqual([expect.stringContaining("POST /v1/bookings/{id}/checkout: 200")]);
    expect(seen("decision")).toEqual(["checkout by client", expect.stringContaining("held to awaiting_clearance")]);
    expect(seen("event")).toContain("PaymentSettled");
    expect(seen("entry")).toContainEqual(
      expect.stringMatching(/^payment:ch_\w+: stripe_balance \$2,500\.00, receivable -\$2,500\.00$/),
    );
    expect(seen("stripe").map((title) => title.split(" ")[0])).toEqual(
      expect.arrayContaining(["checkout.session", "payment_intent", "charge"]),
    );
    expect(seen("stripe")).toContainEqual(expect.stringMatching(/^charge ch_\w+ of \$2,500\.00, succeeded$/));
    expect(seen("mail")).toEqual([expect.stringContaining("We received your deposit")]);
    expect(seen("log")).toEqual(
      expect.arrayContaining([
        "stripe-events: event handled, StripeEventReceived: applied",
        "mailer: event handled, PaymentSettled: mailed_payer",
      ]),
    );
    const page = await fetch(`${world.stack.apiUrl}/_local/bookings/${client.id}/story`, {
      headers: { accept: "text/html" },
    });
    expect(await page.text()).toContain("We received your deposit");
    expect(await world.api("GET", "/_local/bookings/bkg_none/story")).toMatchObject({ status: 404 });
  });

  test("a booking that is cleared before its deposit is confirmed as soon as the deposit is paid", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    await client.hold(cohort.id);
    await client.clear();
    await client.sign();
    await client.pay();
    expect((await client.read()).status).toBe("confirmed");
  });

  test("the balance of the plan `full` is due the day after the confirmation, and cannot be paid before", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const awaiting = await client.deposit(cohort.id, "full");
    const balance = awaiting.dues.find(({ kind }) => kind === "balance");
    const early = await client.tryCheckout({ purpose: "due", dueId: balance?.id });
    expect(early).toMatchObject({ status: 409, body: { code: "clearance_required" } });
    await client.clear();
    const due = (await client.read()).dues.find(({ kind }) => kind === "balance");
    expect(due?.dueOn).not.toBe(balance?.dueOn);
    expect(await client.pay("pm_card_visa", { purpose: "due", dueId: due?.id })).toBe("succeeded");
    expect(await client.read()).toMatchObject({ standing: "paid_in_full", paid: 1_850_000, balance: 0 });
  });

  test("the ledger balances, and agrees with Stripe to the cent", async () => {
    const { stripe_balance } = await world.balances();
    const stripe = await world.stripeBalance();
    expect(stripe.consistent).toBe(true);
    expect(stripe_balance).toBe(stripe.balance);
  });

  test("the signed agreement is returned byte for byte, and the method is saved only with autopay", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    await client.hold(cohort.id);
    const token = await client.token();
    const read = () =>
      world.must<{ html: string; hash: string }>("GET", `${client.path}/agreement?version=1`, { token });
    const before = await read();
    expect((await client.sign(true)).autopay).toBe(true);
    expect(await read()).toMatchObject({
      html: before.html,
      hash: before.hash,
      signature: "Sample Person",
      autopay: true,
    });
    const wrong = { hash: "0".repeat(64), signature: "Sample Person", accepted: true };
    const again = await world.api("POST", `${client.path}/agreement`, { token, body: wrong });
    expect(again).toMatchObject({ status: 409, body: { code: "agreement_changed" } });
  });

  test("a restart keeps all data", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const confirmed = await client.confirm(cohort.id);
    const balances = await world.balances();
    await world.restart();
    expect(await client.read()).toEqual(confirmed);
    expect(await world.balances()).toEqual(balances);
  });

  test("every chain of the audit log verifies", async () => {
    const token = await world.token("admin");
    const verdict = await world.must<{ verified: boolean; records: number }>("GET", "/v1/audit/verification", {
      token,
    });
    expect(verdict).toMatchObject({ verified: true, broken: [] });
    expect(verdict.records).toBeGreaterThan(20);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
