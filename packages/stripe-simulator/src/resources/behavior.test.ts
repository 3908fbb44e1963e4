import { describe, expect, test } from "vitest";
import { type Account, day, openAccount, refusal } from "../test-account.ts";

/** A saved method whose bank behaves as the test says, and a function that charges it off session. */
async function saved({ stripe, control }: Account, behavior: object, id = "pm_card_visa") {
  const { id: customer } = await stripe.customers.create();
  const { id: payment_method } = await stripe.paymentMethods.attach(id, { customer });
  const set = await control(`/_sim/payment_methods/${payment_method}/behavior`, behavior);
  const asked = { amount: 2000, currency: "usd", customer, payment_method, off_session: true, confirm: true } as const;
  const charge = async () => {
    const call = stripe.paymentIntents.create({ ...asked, allowed_payment_method_types: ["card"] });
    return call.then(({ status }) => status).catch(async () => (await refusal(call)).decline_code);
  };
  return { set, charge };
}

describe("the configured behavior of a saved method's bank", () => {
  test("applies payment by payment, and the last outcome repeats", async () => {
    const account = await openAccount();
    const { charge } = await saved(account, {
      outcomes: ["insufficient_funds", "authentication_required", "succeeds"],
    });

    expect([await charge(), await charge(), await charge(), await charge()]).toEqual([
      ...["insufficient_funds", "authentication_required", "succeeded", "succeeded"],
    ]);
  });

  test("applies from an instant on", async () => {
    const account = await openAccount();
    const from = Math.floor((account.now() + 2 * day) / 1000);
    const { charge } = await saved(account, { outcomes: ["expired_card"], from });

    expect(await charge()).toBe("succeeded");
    await account.advance(3 * day);
    expect(await charge()).toBe("expired_card");
  });

  test.each([{}, { outcomes: [] }, { outcomes: ["account_closed"] }, { outcomes: [1] }])(
    "is refused: %j",
    async (behavior) => {
      const { set } = await saved(await openAccount(), behavior);

      expect(set).toMatchObject({ error: { param: "outcomes" } });
    },
  );
});
