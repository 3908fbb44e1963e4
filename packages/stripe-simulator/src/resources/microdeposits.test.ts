import type { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { day, openAccount, payment, refusal } from "../test-account.ts";

const instantly = { payment_method_options: { us_bank_account: { verification_method: "instant" as const } } };

/** A completed session whose bank account is still unverified. */
async function waiting() {
  const account = await openAccount();
  const session = await account.stripe.checkout.sessions.create(payment());
  const outcome = await account.control(`/_sim/checkout/${session.id}/payment`, {
    paymentMethod: "pm_usBankAccount_microdeposits",
  });
  const intentId = outcome.paymentIntent as string;
  const types = async () => (await account.stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();
  return { ...account, session, outcome, intentId, types };
}

describe("a bank account that cannot be verified instantly", () => {
  test("completes the page, and leaves the payment waiting for micro-deposits", async () => {
    const { stripe, outcome, session, types } = await waiting();

    expect(outcome.status).toBe("requires_action");
    expect(await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] })).toMatchObject({
      status: "complete",
      payment_status: "unpaid",
      url: null,
      payment_intent: {
        status: "requires_action",
        latest_charge: null,
        next_action: {
          type: "verify_with_microdeposits",
          verify_with_microdeposits: { microdeposit_type: "descriptor_code" },
        },
      },
    });
    expect((await types()).slice(-2)).toEqual(["payment_intent.requires_action", "checkout.session.completed"]);
  });

  test("is debited once it is verified", async () => {
    const { stripe, intentId, advance, simulator } = await waiting();

    await advance(2 * day);
    const verified = await stripe.paymentIntents.verifyMicrodeposits(intentId, { descriptor_code: "SM11AA" });
    await advance(4 * day);

    expect(verified).toMatchObject({ status: "processing", next_action: null });
    expect(await stripe.paymentIntents.retrieve(intentId)).toMatchObject({ status: "succeeded" });
    expect(simulator.balance()).toMatchObject({ balance: 249_500, consistent: true });
  });

  test("is also debited from the page of the micro-deposits", async () => {
    const { stripe, intentId } = await waiting();
    const intent = await stripe.paymentIntents.retrieve(intentId);
    const url = intent.next_action?.verify_with_microdeposits?.hosted_verification_url ?? "";

    const page = await (await fetch(url)).text();
    await fetch(url, { method: "POST", body: new URLSearchParams({ result: "verified" }) });

    expect(page).toContain("Verify your bank account");
    expect((await stripe.paymentIntents.retrieve(intentId)).status).toBe("processing");
    expect((await fetch(url, { method: "POST" })).status).toBe(409);
  });

  test("keeps waiting after a wrong code", async () => {
    const { stripe, intentId } = await waiting();

    const error = await refusal(stripe.paymentIntents.verifyMicrodeposits(intentId, { amounts: [1, 2] }));

    expect(error.code).toBe("payment_method_microdeposit_verification_amounts_mismatch");
    expect((await stripe.paymentIntents.retrieve(intentId)).status).toBe("requires_action");
  });

  test("is given up after ten days", async () => {
    const { stripe, intentId, advance, types } = await waiting();

    await advance(10 * day - 1);
    expect((await stripe.paymentIntents.retrieve(intentId)).status).toBe("requires_action");
    await advance(1);

    expect(await stripe.paymentIntents.retrieve(intentId)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_method_microdeposit_verification_timeout" },
    });
    expect((await types()).slice(-2)).toEqual([
      "payment_intent.payment_failed",
      "checkout.session.async_payment_failed",
    ]);
  });

  test("keeps its intent, which the session owns, from being cancelled", async () => {
    const { stripe, intentId } = await waiting();

    const error = await refusal(stripe.paymentIntents.cancel(intentId));

    expect(error.code).toBe("payment_intent_unexpected_state");
    expect((await stripe.paymentIntents.retrieve(intentId)).status).toBe("requires_action");
  });

  test("has no challenge page", async () => {
    const { simulator, intentId, control } = await waiting();

    expect((await fetch(`${simulator.url}/c/challenge/${intentId}`)).status).toBe(404);
    expect(await control(`/_sim/payment_intents/${intentId}/authentication`, { result: "success" })).toMatchObject({
      error: { code: "payment_intent_unexpected_state" },
    });
  });

  test("is neither offered nor accepted by a page that verifies instantly, although Stripe can fall back", async () => {
    const { stripe, control } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment(undefined, instantly));

    const page = await (await fetch(session.url ?? "")).text();
    const refused = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_usBankAccount_microdeposits",
    });
    const fallback = await control(`/_sim/checkout/${session.id}/microdeposits`, {});

    expect(page).toContain("pm_usBankAccount_success");
    expect(page).not.toContain("pm_usBankAccount_microdeposits");
    expect(refused).toMatchObject({ error: { code: "payment_method_invalid_parameter" } });
    expect(fallback).toMatchObject({ status: "requires_action" });
    const after: Stripe.Checkout.Session = await stripe.checkout.sessions.retrieve(session.id);
    expect(after.status).toBe("complete");
  });
});
