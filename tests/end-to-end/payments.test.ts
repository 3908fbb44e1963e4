import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { keys } from "@clearing/store/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, openCohort, programBody, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld(undefined, { settlementCurrencies: "usd,jpy" });
});
afterAll(() => world.stop());

/** The ledger's balance of Stripe is Stripe's balance. */
type Accounts = { accounts: { account: string; balance: number }[] };

async function expectReconciled() {
  const [balances, stripe] = await Promise.all([world.balances(), world.stripeBalance()]);
  expect(stripe.consistent).toBe(true);
  expect(balances.stripe_balance ?? 0).toBe(stripe.balance);
}

async function signed(cohortId: string, kind?: string): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, kind);
  await client.sign();
  return client;
}

describe("the deposit", () => {
  test("after a declined card the client can use another one in the same session", async () => {
    const client = await signed((await openCohort(world)).id);
    const session = await client.checkout();
    expect(await client.payOn(session, "pm_card_visa_chargeDeclined")).toMatchObject({ status: "declined" });
    await world.quiesce();
    expect(await client.read()).toMatchObject({ status: "held", paid: 0 });
    expect(await client.payOn(session)).toMatchObject({ status: "succeeded" });
    await world.quiesce();
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    await expectReconciled();
  });

  test("a card that requires authentication is charged once the client has authenticated", async () => {
    const client = await signed((await openCohort(world)).id);
    const { status, paymentIntent } = await client.payOn(await client.checkout(), "pm_card_authenticationRequired");
    expect(status).toBe("requires_action");
    await world.sim("POST", `/_sim/payment_intents/${paymentIntent}/authentication`, { result: "success" });
    await world.quiesce();
    expect((await client.read()).status).toBe("awaiting_clearance");
  });

  test("a bank debit keeps the claim for ten days, and the place is taken when it settles", async () => {
    const client = await signed((await openCohort(world)).id);
    expect(await client.pay("pm_usBankAccount_success")).toBe("processing");
    const processing = await client.read();
    expect(processing).toMatchObject({ status: "held", standing: "processing" });
    expect(Date.parse(processing.holdExpiresAt ?? "") - Date.parse(await world.now())).toBeGreaterThan(
      9.9 * 86_400_000,
    );
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    await expectReconciled();
  });

  test("a failed bank debit leaves the client a mail and some minutes for another session", async () => {
    const client = await signed((await openCohort(world)).id);
    const first = await client.checkout();
    const debitFails = async (session: string) => {
      expect(await client.payOn(session, "pm_usBankAccount_insufficientFunds")).toMatchObject({ status: "processing" });
      await world.quiesce();
      expect((await client.read()).standing).toBe("processing");
      // The simulator's debits fail exactly two days later.
      const failsAt = Date.parse(await world.now()) + 2 * 86_400_000;
      await world.moveClock({ advance: "P2DT1M" });
      const { status, paid, dues, holdExpiresAt } = await client.read();
      expect({ status, paid, deposit: dues[0]?.status }).toEqual({ status: "held", paid: 0, deposit: "scheduled" });
      return Math.round((Date.parse(holdExpiresAt ?? "") - failsAt) / 60_000);
    };
    expect(await debitFails(first)).toBe(30);
    expect(await world.mail(client.email)).toContain("Your deposit did not go through");
    const second = await client.checkout();
    expect(second).not.toBe(first);
    expect(await debitFails(second)).toBe(30);
    const third = await client.tryCheckout();
    expect(third).toMatchObject({ status: 409, body: { code: "hold_expired" } });
    await expectReconciled();
  });

  test("a bank account that must be verified keeps the claim, and once verified for ten more days", async () => {
    const client = await signed((await openCohort(world)).id);
    const sessionId = await client.checkout();
    expect(await client.payOn(sessionId, "pm_usBankAccount_microdeposits")).toMatchObject({
      error: { code: "payment_method_invalid_parameter" },
    });
    const fallback = await world.sim<{ paymentIntent: string }>("POST", `/_sim/checkout/${sessionId}/microdeposits`);
    await world.quiesce();
    expect(await client.read()).toMatchObject({ status: "held", standing: "processing" });
    expect((await client.tryCheckout()).body.code).toBe("conflict");
    await world.moveClock({ advance: "P9D" });
    await world.sim("POST", `/_sim/payment_intents/${fallback.body.paymentIntent}/microdeposits`, {
      result: "verified",
    });
    await world.quiesce();
    await world.moveClock({ advance: "P5D" });
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    await expectReconciled();
  });

  test("an unverified bank account loses the claim, and a debit that happens later is refunded", async () => {
    const client = await signed((await openCohort(world)).id);
    const sessionId = await client.checkout();
    const fallback = await world.sim<{ paymentIntent: string }>("POST", `/_sim/checkout/${sessionId}/microdeposits`);
    await world.moveClock({ advance: "P9DT23H57M" });
    expect(await client.read()).toMatchObject({ status: "expired", paid: 0 });
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining([
        "Please verify your bank account",
        "Your deposit did not go through",
        "Your hold has expired",
      ]),
    );
    await world.sim("POST", `/_sim/payment_intents/${fallback.body.paymentIntent}/microdeposits`, {
      result: "verified",
    });
    await world.moveClock({ advance: "P5D" });
    expect(await client.read()).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000 });
    expect(await world.mail(client.email)).toContain("We are refunding a payment");
    await expectReconciled();
  });

  test("a client can pay one deposit at a time by bank debit: the next session allows only cards", async () => {
    const [one, two] = [await openCohort(world), await openCohort(world)];
    const client = await signed(one.id);
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
    const client = await signed((await openCohort(world)).id);
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
    const client = await signed((await openCohort(world)).id);
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
    const client = await signed((await openCohort(world)).id);
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
    const client = await signed((await openCohort(world)).id);
    await client.payOn(await client.checkout());
    await world.quiesce();
    expect((await client.read()).status).toBe("held");
    await world.moveClock({ advance: "PT15M" });
    expect((await client.read()).status).toBe("awaiting_clearance");
    await world.sim("DELETE", "/_sim/webhooks");
    await expectReconciled();
  });

  test("webhooks that are duplicated and reordered change nothing", async () => {
    await world.sim("POST", "/_sim/webhooks", { duplicate: 0.6, reorder: 0.6, seed: 5 });
    const cohort = await openCohort(world);
    for (let index = 0; index < 3; index++) {
      const client = await signed(cohort.id);
      await client.pay();
      expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    }
    await world.sim("DELETE", "/_sim/webhooks");
    await expectReconciled();
  });
});

describe("late money", () => {
  /** Pays by bank debit, which settles after the hold has lapsed. */
  async function paidTooLate(cohortId: string): Promise<Client> {
    const client = await signed(cohortId);
    expect(await client.pay("pm_usBankAccount_success")).toBe("processing");
    return client;
  }

  test("revives an expired booking while a place is free", async () => {
    const client = await paidTooLate((await openCohort(world)).id);
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    await expireByForce(client);
    await world.sim("DELETE", "/_sim/webhooks");
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000, refunded: 0 });
    await expectReconciled();
  });

  test("is refunded in full when the place has been sold to another client", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const client = await paidTooLate(cohort.id);
    await expireByForce(client);
    const other = new Client(world);
    expect((await other.deposit(cohort.id)).status).toBe("awaiting_clearance");
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000 });
    expect((await world.balances()).refunds_payable ?? 0).toBe(0);
    await expectReconciled();
  });

  /** Lapses the hold by writing to the table, because a debit never takes longer than the claim. */
  async function expireByForce(client: Client) {
    const endpoint = world.stack.dynamoDbUrl;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "us-east-1", credentials }));
    const TableName = world.stack.topology.tables.find(({ name }) => name.includes("core"))?.name;
    const Key = keys.booking(client.id);
    const { Item } = await db.send(new GetCommand({ TableName, Key }));
    const past = new Date(Date.parse(await world.now()) - 60_000).toISOString().replace(/\.\d+Z/, "Z");
    await db.send(new PutCommand({ TableName, Item: { ...Item, holdExpiresAt: past, dueAt: past } }));
    await db.send(
      new UpdateCommand({
        TableName,
        Key: keys.place(Item?.cohortId, "private", Item?.placeId),
        UpdateExpression: "SET claimedUntil = :past",
        ExpressionAttributeValues: { ":past": past },
      }),
    );
    await db.send(
      new UpdateCommand({
        TableName,
        Key: keys.participantLock(Item?.cohortId, client.email),
        UpdateExpression: "SET #until = :past",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: { ":past": past },
      }),
    );
    await world.moveClock({ advance: "PT2M" });
    expect((await client.read()).status).toBe("expired");
  }
});

describe("the balance", () => {
  test("is paid in parts by separate sessions, never more than is owed", async () => {
    const client = new Client(world);
    const confirmed = await client.confirm((await openCohort(world)).id);
    const dueId = confirmed.dues[1]?.id;
    const tooMuch = await client.tryCheckout({ purpose: "due", dueId, amount: 1_600_001 });
    expect(tooMuch).toMatchObject({ status: 400, body: { errors: [{ path: "amount" }] } });
    const tooLittle = await client.tryCheckout({ purpose: "due", dueId, amount: 9_999 });
    expect(tooLittle.body).toMatchObject({
      code: "validation_failed",
      errors: [{ path: "amount", message: expect.stringMatching(/^Must be at least 10000 minor units, \$100\.00/) }],
    });
    expect(await client.pay("pm_card_visa", { purpose: "due", dueId, amount: 600_000 })).toBe("succeeded");
    expect(await client.read()).toMatchObject({ paid: 850_000, balance: 1_000_000 });
    expect(await client.pay("pm_card_visa", { purpose: "due", dueId })).toBe("succeeded");
    expect(await client.read()).toMatchObject({ paid: 1_850_000, balance: 0, standing: "paid_in_full" });
    expect((await client.tryCheckout({ purpose: "due", dueId })).body).toMatchObject({
      ...{ code: "invalid_transition", detail: expect.stringMatching(/^[A-Z].+\.$/) },
    });
    await expectReconciled();
  });

  test("is billed on its date and past due the day after", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world, { inDays: 45 })).id);
    await world.moveClock({ advance: "P16D" });
    expect(await client.read()).toMatchObject({ standing: "past_due", status: "confirmed" });
    const entries = await world.journal(client.id);
    const receivable = entries.flatMap(({ postings }) => postings).filter(({ account }) => account === "receivable");
    expect(receivable.reduce((sum, { debit, credit }) => sum + debit - credit, 0)).toBe(1_600_000);
  });
});

/** Our balances and Stripe's balance in one currency. */
async function stripeBalanceIn(currency: string) {
  const token = await world.token("finance");
  const path = `/v1/finance/trial-balance?currency=${currency}`;
  const { accounts } = await world.must<Accounts>("GET", path, { token });
  const { body } = await world.sim<{ balance: number; consistent: boolean }>(
    "GET",
    `/_sim/balance?currency=${currency}`,
  );
  expect(body.consistent).toBe(true);
  const ours = Object.fromEntries(accounts.map(({ account, balance }) => [account, balance]));
  return { ours, stripe: body.balance };
}

describe("a program in a currency without minor units", () => {
  const program = { currency: "jpy", cancellation: { ...programBody.cancellation, administrationFee: 0 } };

  test("is paid, cancelled and refunded, and the ledger agrees with Stripe", async () => {
    const client = new Client(world);
    expect(await client.deposit((await openCohort(world, { program, inDays: 75 })).id)).toMatchObject({
      status: "awaiting_clearance",
      currency: "jpy",
      paid: 250_000,
    });
    await client.cancel();
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
    const { ours, stripe } = await stripeBalanceIn("jpy");
    expect(stripe).toBe(-7_250);
    expect(ours.stripe_balance).toBe(stripe);
  });

  test("is paid although Stripe converts to dollars, and Stripe's balances show the conversion", async () => {
    const before = { yen: await stripeBalanceIn("jpy"), dollars: await stripeBalanceIn("usd") };
    await world.sim("POST", "/_sim/settlement", { currencies: ["usd"] });
    const client = new Client(world);
    await client.deposit((await openCohort(world, { program, inDays: 75 })).id);
    const paid = { yen: await stripeBalanceIn("jpy"), dollars: await stripeBalanceIn("usd") };
    expect(await client.read()).toMatchObject({ paid: 250_000, currency: "jpy" });
    expect(paid.yen.stripe).toBe(before.yen.stripe);
    expect(paid.dollars.stripe - before.dollars.stripe).toBe(167_500 - 4_888);
    await client.cancel();
    const refunded = { yen: await stripeBalanceIn("jpy"), dollars: await stripeBalanceIn("usd") };
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
    expect(refunded.dollars.stripe).toBeLessThan(before.dollars.stripe);
    for (const { yen, dollars } of [before, paid, refunded]) {
      expect(yen.ours.stripe_balance ?? 0).toBe(yen.stripe);
      expect(dollars.ours.stripe_balance ?? 0).toBe(dollars.stripe);
    }
    expect(refunded.yen.ours.suspense).toBe(before.yen.ours.suspense ?? 0);
    await world.sim("POST", "/_sim/settlement", { currencies: ["usd", "jpy"] });
  });
});

describe("money that no booking asked for", () => {
  const stripe = async (path: string, form: Record<string, string>) =>
    (await world.http.stripe<{ id: string }>("POST", path, form)).body;

  const foreign = {
    amount: "4200",
    currency: "usd",
    confirm: "true",
    payment_method: "pm_card_visa",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
  };

  test("a charge of another system is posted to suspense, and its refund from suspense", async () => {
    const before = (await world.balances()).suspense ?? 0;
    const made = await stripe("payment_intents", foreign);
    await world.quiesce();
    expect((await world.balances()).suspense).toBe(before - 4_200);
    await stripe("refunds", { payment_intent: made.id, amount: "4200" });
    await world.quiesce();
    expect((await world.balances()).suspense ?? 0).toBe(before);
    await expectReconciled();
  });

  test("euros on an account that does not settle them are posted to suspense in dollars, after Stripe's conversion", async () => {
    const balances = async (currency: string) => (await stripeBalanceIn(currency)).ours;
    const before = await balances("usd");
    const made = await stripe("payment_intents", { ...foreign, amount: "100000", currency: "eur" });
    await world.quiesce();
    expect(await balances("eur")).toEqual({ stripe_balance: 0, suspense: 0 });
    expect((await balances("usd")).suspense).toBe((before.suspense ?? 0) - 108_000);
    await expectReconciled();
    await stripe("refunds", { payment_intent: made.id, amount: "100000" });
    await world.quiesce();
    expect(await balances("eur")).toEqual({ stripe_balance: 0, refunds_payable: 0, suspense: 0 });
    await expectReconciled();
  });

  test("a second payment with the metadata of a booking's payment is refunded in full, and the client gets a mail", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    await client.sign();
    const { paymentIntent } = await client.payOn(await client.checkout());
    await world.quiesce();
    const before = await client.read();
    const { body } = await world.http.stripe<{ metadata: Record<string, string> }>(
      "GET",
      `payment_intents/${paymentIntent}`,
    );
    const copied = Object.entries(body.metadata).map(([name, value]) => [`metadata[${name}]`, value]);
    await stripe("payment_intents", { ...foreign, amount: "250000", ...Object.fromEntries(copied) });

    await world.quiesce();

    const { status, dues, paid, refunded } = await client.read();
    expect({ status, dues }).toEqual({ status: before.status, dues: before.dues });
    expect({ paid, refunded }).toEqual({ paid: 500_000, refunded: 250_000 });
    expect(await world.mail(client.email)).toContain("We are refunding a payment");
    await expectReconciled();
  });

  test("a refund made by hand at Stripe is recorded as owed and paid", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const payment = (await world.journal(client.id)).find(({ reference }) => reference.startsWith("payment:"));
    await stripe("refunds", { charge: payment?.reference.slice("payment:".length) ?? "", amount: "10000" });
    await world.quiesce();
    expect(await client.read()).toMatchObject({ paid: 250_000, refunded: 10_000 });
    await expectReconciled();
  });

  test("after a refund by hand whose webhook is lost, a cancellation refunds only the rest", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const payment = (await world.journal(client.id)).find(({ reference }) => reference.startsWith("payment:"));
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    await stripe("refunds", { charge: payment?.reference.slice("payment:".length) ?? "", amount: "60000" });
    await client.cancel("admin");

    expect(await world.quiesce()).toBe(0);

    expect(await client.read()).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 250_000 });
    await world.sim("DELETE", "/_sim/webhooks");
    await expectReconciled();
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
