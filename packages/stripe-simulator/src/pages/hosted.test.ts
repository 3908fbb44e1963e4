import { describe, expect, test } from "vitest";
import { day, openAccount, payment } from "../test-account.ts";

const press = (url: string, fields: Record<string, string>) =>
  fetch(url, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });

describe("the hosted page", () => {
  test("shows the amount, the offered methods and the way back, and loads nothing else", async () => {
    const { stripe } = await openAccount();
    const named = { currency: "usd", unit_amount: 250_000, product_data: { name: 'Program <script>"1"</script>' } };
    const { url } = await stripe.checkout.sessions.create(
      payment(undefined, { line_items: [{ quantity: 1, price_data: named }], allowed_payment_method_types: ["card"] }),
    );

    const response = await fetch(url ?? "");
    const html = await response.text();

    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(html).toContain("Pay $2,500.00");
    expect(html).toContain("Program &lt;script&gt;&quot;1&quot;&lt;/script&gt;");
    expect(html).toContain('href="https://example.org/back"');
    expect(html).toContain("pm_card_visa");
    expect(html).not.toContain("pm_usBankAccount_success");
    expect(html).not.toMatch(/<script|src=|@import/);
  });

  test("says why a card was declined, and leads to the shop when another one pays", async () => {
    const { stripe } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());
    const url = session.url ?? "";

    const declined = await press(url, {
      paymentMethod: "pm_card_chargeDeclinedInsufficientFunds",
      email: "anna@example.org",
    });
    const paid = await press(url, { paymentMethod: "pm_card_visa", email: "anna@example.org" });
    const later = await (await fetch(url)).text();

    expect(await declined.text()).toContain('role="alert">Your card has insufficient funds.');
    expect([paid.status, paid.headers.get("location")]).toEqual([
      303,
      `https://example.org/return?session=${session.id}`,
    ]);
    expect(later).toContain("This page was completed");
    expect((await stripe.checkout.sessions.retrieve(session.id)).customer_details?.email).toBe("anna@example.org");
  });

  test("passes through the bank's page, back to itself after a failure and to the shop after a success", async () => {
    const { stripe, simulator } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());
    const pay = () => press(session.url ?? "", { paymentMethod: "pm_card_authenticationRequired" });

    const challenge = new URL((await pay()).headers.get("location") ?? "", simulator.url).href;
    const question = await (await fetch(challenge)).text();
    const failed = await press(challenge, { result: "failure" });
    const again = await (await fetch(session.url ?? "")).text();
    await pay();
    const passed = await press(challenge, { result: "success" });
    const stale = await press(challenge, { result: "success" });

    expect(question).toContain("paying $2,500.00");
    expect(failed.headers.get("location")).toBe(`/c/pay/${session.id}`);
    expect(again).toContain("We are unable to authenticate your payment method.");
    expect(passed.headers.get("location")).toBe(`https://example.org/return?session=${session.id}`);
    expect(stale.status).toBe(409);
  });

  test("accepts no payment once it has expired", async () => {
    const { stripe, advance, simulator } = await openAccount();
    const { url } = await stripe.checkout.sessions.create(payment());
    await advance(day);

    const late = await press(url ?? "", { paymentMethod: "pm_card_visa" });

    expect(await late.text()).toContain("This page has expired");
    expect(simulator.balance().transactions).toBe(0);
    expect((await fetch(`${simulator.url}/c/pay/cs_unknown`)).status).toBe(404);
  });
});
