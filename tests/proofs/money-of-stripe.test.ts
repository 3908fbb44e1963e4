import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { signAgreement } from "@clearing/commands/agreement";
import { openCheckout } from "@clearing/commands/checkout";
import type { Services } from "@clearing/commands/services";
import { settle } from "@clearing/commands/settle";
import { applyStripeEvent } from "@clearing/commands/stripe-event";
import { type PostedEntry, trialBalance } from "@clearing/domain/ledger";
import type { Program } from "@clearing/domain/program";
import { dateIn, type Instant } from "@clearing/domain/time";
import { stripeGateway } from "@clearing/payments/stripe-gateway";
import { readAttempts } from "@clearing/store/attempt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOf } from "../../packages/local/src/clock.ts";
import { type Served, serveSimulator } from "../../packages/stripe-simulator/src/index.ts";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, seeded, startTestStore, type TestStore } from "../harness/store.ts";

const day = 24 * 3_600_000;
const secretKey = "sk_test_money";
const zone = "America/Denver";
/** An evening in Denver that is already the next day in UTC. */
let time = Date.UTC(2027, 2, 2, 4);
let running: TestStore;
let simulator: Served;
let services: Services;

beforeAll(async () => {
  running = await startTestStore();
  simulator = await serveSimulator({ secretKey, now: () => time });
  services = {
    store: running.store,
    gateway: stripeGateway({ secretKey, apiBase: simulator.url, random: seeded(1) }),
    ids,
    clock: { now: () => instantOf(time) as Instant },
    site: { stage: "test", publicUrl: "https://example.org" },
  };
});
afterAll(async () => {
  await simulator.close();
  await running.stop();
});

async function stripe(path: string, form: Record<string, string>): Promise<{ id: string; latest_charge: string }> {
  const headers = { authorization: `Bearer ${secretKey}`, "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams(form);
  const answer = await fetch(`${simulator.url}/v1/${path}`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as { id: string; latest_charge: string };
}

/** A booking whose deposit was paid on Stripe's page without any event reaching us. Returns the payment intent's id. */
async function paidUnheard(changes: Partial<Program> = {}): Promise<string> {
  const { store } = running;
  const now = services.clock.now();
  const program = sampleProgram(changes);
  const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
  const { id, agreement } = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const signed = { signature: "Sample", sourceIp: "", userAgent: "", signedBy: "sample", autopay: false };
  await signAgreement(store, id, { hash: agreement.hash, ...signed }, { actor, action: "sign", now }, () => null);
  const opened = await openCheckout(services, { bookingId: id, purpose: "deposit" }, actor);
  if (!opened.ok) throw new Error("the session was not opened");
  const body = JSON.stringify({ paymentMethod: "pm_card_visa" });
  const page = `${simulator.url}/_sim/checkout/${opened.attempt.sessionId}/payment`;
  return ((await (await fetch(page, { method: "POST", body })).json()) as { paymentIntent: string }).paymentIntent;
}

/** A charge in euros by another system on the account. */
const foreignEuros = () =>
  stripe("payment_intents", {
    amount: "100000",
    currency: "eur",
    confirm: "true",
    payment_method: "pm_card_visa",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
  });

/** Applies all of Stripe's events, newest first, and twice. */
async function hear(): Promise<void> {
  const page = await services.gateway.listEvents({ createdAfter: "2027-01-01T00:00:00Z" });
  if (!page.ok) throw new Error(page.code);
  for (const event of [...page.value.items, ...page.value.items]) {
    expect(await applyStripeEvent(services, event), event.type).toMatchObject({ ok: true });
  }
}

async function entries(): Promise<PostedEntry[]> {
  const { client, tables } = running.store;
  const { Items } = await client.send(new ScanCommand({ TableName: tables.ledger, ConsistentRead: true }));
  return (Items ?? []) as PostedEntry[];
}

/** Settles the payment as five visits of the return page do. */
async function reloadReturnPage(bookingId: string): Promise<void> {
  const [attempt] = await readAttempts(running.store, bookingId);
  const ref = { bookingId, attemptId: attempt?.id ?? "" };
  for (let visit = 0; visit < 5; visit++) {
    expect(await settle(services, ref, "checkout_return")).toMatchObject({ ok: true });
  }
}

/** The published events about money that Stripe converted. */
async function conversions(): Promise<Record<string, unknown>[]> {
  const { client, tables } = running.store;
  const { Items } = await client.send(new ScanCommand({ TableName: tables.outbox, ConsistentRead: true }));
  const told = (Items ?? []).filter(({ detailType }) => detailType === "MoneyConverted");
  return told.sort((one, other) => (one.pk < other.pk ? -1 : 1)).map(({ detail }) => JSON.parse(detail).data);
}

async function balances(currency: string): Promise<Record<string, number>> {
  const { accounts } = trialBalance(await entries(), currency);
  return Object.fromEntries(accounts.map(({ account, balance }) => [account, balance]));
}

/** The entries posted by `during`: the kind of each, and its effective date. */
async function posted(during: () => Promise<void>): Promise<Record<string, string>> {
  const before = new Set((await entries()).map(({ reference }) => reference));
  await during();
  const added = (await entries()).filter(({ reference }) => !before.has(reference));
  return Object.fromEntries(added.map(({ reference, effectiveOn }) => [reference.split(":")[0], effectiveOn]));
}

async function expectReconciled(): Promise<void> {
  for (const currency of ["usd", "eur"]) {
    const { balance, consistent } = simulator.balance(currency);
    expect(consistent).toBe(true);
    expect((await balances(currency)).stripe_balance ?? 0).toBe(balance);
  }
}

describe("money whose event arrives days later", () => {
  test("has the date of Stripe's booking in the cohort's zone", async () => {
    await paidUnheard();
    const paidOn = dateIn(zone, services.clock.now());
    time += 3 * day;

    expect(await posted(hear)).toEqual({ "due-billed": paidOn, payment: paidOn, fee: paidOn });
  });

  test("a refund made by hand is posted on the day on which it was made", async () => {
    const paymentIntent = await paidUnheard();
    await hear();
    time += day;
    await stripe("refunds", { payment_intent: paymentIntent, amount: "10000" });
    const refundedOn = dateIn(zone, services.clock.now());
    time += 3 * day;

    expect(await posted(hear)).toEqual({ "refund-owed": refundedOn, "refund-taken": refundedOn });
  });

  test("without a booking has Stripe's date in UTC", async () => {
    await foreignEuros();
    const paidOn = services.clock.now().slice(0, 10);
    time += 3 * day;

    const days = await posted(hear);

    expect(new Set(Object.values(days))).toEqual(new Set([paidOn]));
    expect(Object.keys(days).sort()).toEqual(["converted-from", "converted-to", "fee", "payment"]);
  });
});

describe("money in a currency that the account does not settle", () => {
  test("of a booking pays it, is refunded, and leaves Stripe's balance in each currency", async () => {
    const before = await balances("usd");
    const paymentIntent = await paidUnheard({ currency: "eur" });
    const known = await conversions();
    await hear();
    const told = (await conversions()).slice(known.length);
    const reference = expect.stringMatching(/^converted-from:txn_/);
    const bookingId = expect.stringMatching(/^bkg_/);
    expect(told).toEqual([{ reference, bookingId, amount: 250_000, currency: "eur" }]);
    await reloadReturnPage(String(told[0]?.bookingId));
    expect(await conversions()).toHaveLength(known.length + 1);
    expect((await balances("eur")).suspense).toBe(250_000);
    expect((await balances("usd")).suspense).toBe((before.suspense ?? 0) - 270_000);
    await expectReconciled();

    await stripe("refunds", { payment_intent: paymentIntent });
    await hear();

    // The refund's conversion is in suspense as well, and is also published once.
    expect(await conversions()).toHaveLength(known.length + 2);
    expect(await balances("eur")).toMatchObject({ suspense: 0, refunds_payable: 0, deferred_revenue: 0 });
    expect((await balances("usd")).suspense).toBe((before.suspense ?? 0) + 2_700);
    await expectReconciled();
  });

  test("without a booking is in suspense in Stripe's currency, and a person is alerted", async () => {
    const before = await balances("usd");
    const known = await conversions();
    await foreignEuros();

    await hear();

    expect((await conversions()).slice(known.length)).toMatchObject([{ bookingId: null, amount: 100_000 }]);
    expect((await balances("usd")).suspense).toBe((before.suspense ?? 0) - 108_000);
    await expectReconciled();
  });
});
