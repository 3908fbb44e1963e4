import { describe, expect, test } from "vitest";
import { type Account, day, hour, openAccount, payment, refusal } from "../test-account.ts";

const card = { amount: 2000, currency: "usd" } as const;
const makeUpMind = 3 * day;

async function customerOf({ stripe }: Account): Promise<string> {
  return (await stripe.customers.create()).id;
}

/** A page that saves a method for a customer. */
async function setupPage({ stripe }: Account, customer: string) {
  return stripe.checkout.sessions.create({
    ...{ mode: "setup", currency: "usd", customer, success_url: "https://example.org/return" },
  });
}

describe("a payment that succeeds late", () => {
  test("can have its challenge finished days later, while the intent is open", async () => {
    const account = await openAccount();
    const { stripe, control, advance } = account;
    const asked = { ...card, payment_method: "pm_card_authenticationRequired", confirm: true } as const;
    const [one, other] = [await stripe.paymentIntents.create(asked), await stripe.paymentIntents.create(asked)];
    await advance(makeUpMind);
    await stripe.paymentIntents.cancel(other.id);

    const paid = await control(`/_sim/payment_intents/${one.id}/authentication`, { result: "success" });
    const late = await control(`/_sim/payment_intents/${other.id}/authentication`, { result: "success" });

    expect(paid.status).toBe("succeeded");
    expect(late).toMatchObject({ error: { code: "payment_intent_unexpected_state" } });
    const [event] = (await stripe.events.list({ type: "payment_intent.succeeded" })).data;
    expect(event?.created).toBe(Math.floor(account.now() / 1000));
  });

  test("can be confirmed by its customer after an off-session decline", async () => {
    const account = await openAccount();
    const { stripe, control, advance } = account;
    const customer = await customerOf(account);
    const { id: method } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    await control(`/_sim/payment_methods/${method}/behavior`, { outcomes: ["authentication_required", "succeeds"] });
    const declined = await refusal(
      stripe.paymentIntents.create({ ...card, customer, payment_method: method, confirm: true, off_session: true }),
    );
    await advance(makeUpMind);

    const paid = await stripe.paymentIntents.confirm(declined.payment_intent?.id ?? "", { payment_method: method });

    expect(declined.payment_intent?.status).toBe("requires_payment_method");
    expect(paid.status).toBe("succeeded");
    expect((await stripe.charges.list({ payment_intent: paid.id })).data.map(({ status }) => status)).toEqual([
      ...["succeeded", "failed"],
    ]);
  });

  test("can be made in a page's last second, and not later", async () => {
    const account = await openAccount();
    const { stripe, control, advance } = account;
    const [one, other] = [
      await stripe.checkout.sessions.create(payment()),
      await stripe.checkout.sessions.create(payment()),
    ];
    const pay = ({ id }: { id: string }) => control(`/_sim/checkout/${id}/payment`, { paymentMethod: "pm_card_visa" });
    await advance(24 * hour - 1000);
    const inTime = await pay(one);
    await advance(1000);

    expect([inTime.status, (await pay(other)).status]).toEqual(["succeeded", "expired"]);
    expect((await stripe.checkout.sessions.retrieve(one.id)).payment_status).toBe("paid");
  });

  test("fails if the page expired during the challenge", async () => {
    const { stripe, control, advance } = await openAccount();
    const { id } = await stripe.checkout.sessions.create(payment());
    const asked = await control(`/_sim/checkout/${id}/payment`, { paymentMethod: "pm_card_authenticationRequired" });
    await advance(24 * hour);

    const late = await control(`/_sim/payment_intents/${asked.paymentIntent}/authentication`, { result: "success" });

    expect(late).toMatchObject({ error: { code: "payment_intent_unexpected_state" } });
    expect((await stripe.paymentIntents.retrieve(String(asked.paymentIntent))).status).toBe("canceled");
  });
});

describe("a page that saves a method", () => {
  test("saves a bank account with the mandate for later debits", async () => {
    const account = await openAccount();
    const { stripe, control } = account;
    const customer = await customerOf(account);
    const { id } = await setupPage(account, customer);

    const done = await control(`/_sim/checkout/${id}/payment`, { paymentMethod: "pm_usBankAccount_success" });

    const { payment_method, mandate } = await stripe.setupIntents.retrieve(String(done.setupIntent));
    const debit = await stripe.paymentIntents.create({
      ...{ ...card, customer, payment_method: String(payment_method), mandate: String(mandate) },
      ...{ confirm: true, off_session: true },
    });
    expect(debit.status).toBe("processing");
    const told = (await stripe.events.list({ limit: 50 })).data.map(({ type }) => type);
    expect(told).toEqual(
      expect.arrayContaining(["setup_intent.succeeded", "payment_method.attached", "checkout.session.completed"]),
    );
  });

  test("does not save an account that cannot be verified instantly", async () => {
    const account = await openAccount();
    const { id } = await setupPage(account, await customerOf(account));

    const refused = await account.control(`/_sim/checkout/${id}/payment`, {
      paymentMethod: "pm_usBankAccount_microdeposits",
    });

    expect(refused).toMatchObject({ error: { code: "payment_method_invalid_parameter" } });
  });

  test("reports a declined card and a failed challenge, and stays open until it expires", async () => {
    const account = await openAccount();
    const { stripe, control, advance } = account;
    const { id } = await setupPage(account, await customerOf(account));
    const submit = (paymentMethod: string) => control(`/_sim/checkout/${id}/payment`, { paymentMethod });

    const declined = await submit("pm_card_chargeDeclinedExpiredCard");
    const asked = await submit("pm_card_authenticationRequired");
    const setup = String(asked.setupIntent);
    const failed = await control(`/_sim/setup_intents/${setup}/authentication`, { result: "failure" });

    expect([declined.declineCode, failed.status]).toEqual(["expired_card", "declined"]);
    const failures = (await stripe.events.list({ type: "setup_intent.setup_failed" })).data;
    expect(failures.map(({ data }) => data.object)).toMatchObject([
      { id: setup, last_setup_error: { code: "setup_intent_authentication_failure" } },
      { id: setup, last_setup_error: { code: "expired_card" } },
    ]);
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe("open");
    await advance(24 * hour);
    expect((await stripe.setupIntents.retrieve(setup)).status).toBe("canceled");
  });
});
