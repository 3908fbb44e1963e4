import { html } from "hono/html";
import type { Stripe } from "stripe";
import { money } from "../money.ts";
import { findMagic, offeredTypes } from "../resources/magic-methods.ts";
import { verificationMethod } from "../resources/microdeposits.ts";
import { page } from "./layout.ts";

/** The form of an open session: what is paid, the test cards and accounts, and a way back. */
export function checkoutPage(session: Stripe.Checkout.Session, items: Stripe.LineItem[], problem?: string) {
  const instant = verificationMethod(session.payment_method_options) === "instant";
  const offered = offeredTypes.filter(({ id }) => {
    const magic = findMagic(id)?.magic;
    if (magic === undefined || !session.payment_method_types.includes(magic.type)) return false;
    return magic.type === "card" || magic.verified === "instantly" || !instant;
  });
  const saving = session.mode === "setup";
  const needsEmail = session.customer === null && session.customer_email === null;
  return page(
    saving ? "Save a payment method" : "Pay",
    html`<h1>${saving ? "Save a payment method" : "Pay"}</h1>
${saving ? "" : html`<p class="amount">${money(session.amount_total, session.currency)}</p>`}
${
  items.length === 0
    ? ""
    : html`<table><caption class="note">What you pay for</caption>${items.map(
        (item) =>
          html`<tr><td>${item.description ?? "Item"}${(item.quantity ?? 1) > 1 ? ` × ${item.quantity}` : ""}</td><td>${money(item.amount_total, item.currency)}</td></tr>`,
      )}</table>`
}
${problem ? html`<p class="alert" role="alert">${problem}</p>` : ""}
<form method="post">
${needsEmail ? html`<label>E-mail <input type="email" name="email" autocomplete="email" required></label>` : ""}
<fieldset>
<legend>Test card or bank account</legend>
${offered.map(
  ({ id, label }, index) =>
    html`<label><input type="radio" name="paymentMethod" value="${id}" ${index === 0 ? "checked" : ""}> ${label}</label>`,
)}
</fieldset>
<button type="submit">${saving ? "Save" : `Pay ${money(session.amount_total, session.currency)}`}</button>
</form>
${session.cancel_url ? html`<p><a href="${session.cancel_url}">Back to the shop</a></p>` : ""}`,
  );
}

/** The page of a session that is complete or expired. */
export function closedPage(session: Stripe.Checkout.Session, back: string | null) {
  const complete = session.status === "complete";
  const title = complete ? "This page was completed" : "This page has expired";
  const words = complete
    ? "There is nothing more to pay here."
    : "Nothing was paid. Go back to get a new payment page.";
  return page(title, html`<h1>${title}</h1><p>${words}</p>${back ? html`<p><a href="${back}">Continue</a></p>` : ""}`);
}

/** The page on which a person enters the amounts or the code of the micro-deposits. */
export function microdepositsPage() {
  return page(
    "Verify your bank account",
    html`<h1>Verify your bank account</h1>
<p>A deposit of one cent with a code that begins with SM was sent to your account.</p>
<form method="post">
<button type="submit" name="result" value="verified">Give the code that arrived</button>
<button type="submit" name="result" value="attempts_exceeded" class="plain">Give wrong codes until no try is left</button>
</form>`,
  );
}

/** The bank's 3-D Secure challenge. */
export function challengePage(amount: string | null) {
  return page(
    "Confirm with your bank",
    html`<h1>Confirm with your bank</h1>
<p>Your bank asks whether it is really you${amount ? ` paying ${amount}` : ""}.</p>
<form method="post">
<button type="submit" name="result" value="success">Complete authentication</button>
<button type="submit" name="result" value="failure" class="plain">Fail authentication</button>
</form>`,
  );
}

export function messagePage(title: string, words: string) {
  return page(title, html`<h1>${title}</h1><p role="alert">${words}</p>`);
}
