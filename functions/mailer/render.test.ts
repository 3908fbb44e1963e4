import { expect, test } from "vitest";
import { renderMail } from "./render.ts";
import { anna } from "./testing/anna.ts";

const wording = { subject: "We are holding a place for you", paragraphs: ["We are holding a place for you."] };
const sender = {
  merchantName: "Rest & Company, LLC",
  supportEmail: "help@example.org",
  supportPhone: undefined,
  siteUrl: undefined,
};

test("every mail names its sender and reply address, as text and as HTML", () => {
  const { text, html } = renderMail(anna.held, wording, { ...sender, supportPhone: "+1 555 0199" });

  expect(text).toContain(
    "--\nRest & Company, LLC\nQuestions? Reply to this email, write to help@example.org, or call +1 555 0199.",
  );
  expect(html).toContain(
    "<p>Rest &amp; Company, LLC<br>\nQuestions? Reply to this email, write to help@example.org, or call +1 555 0199.</p>",
  );
});

test("no mail asks for a call if there is no telephone number", () => {
  expect(renderMail(anna.held, wording, sender).text).toContain(
    "Questions? Reply to this email or write to help@example.org.\n",
  );
});

test("the action is a button in the HTML, which fits a phone", () => {
  const action = { label: "Pay now", url: "https://api.example.org/pay/1" };
  const { text, html } = renderMail(anna.held, { ...wording, action }, sender);

  expect(text).toContain("\n\nPay now: https://api.example.org/pay/1\n");
  expect(html).toMatch(/<a href="https:\/\/api\.example\.org\/pay\/1" style="[^"]*background:[^"]*">Pay now<\/a>/);
  expect(html).toContain('<meta name="viewport" content="width=device-width">');
});

test("it links to the booking only if there is a client site", () => {
  const linked = renderMail(anna.held, wording, { ...sender, siteUrl: "https://my.example.org" });

  expect(linked.text).toContain("View your booking: https://my.example.org/bookings/bkg_1");
  expect(linked.html).toContain('<a href="https://my.example.org/bookings/bkg_1">View your booking</a>');
  expect(renderMail(anna.held, wording, sender).text).not.toContain("http");
  expect(renderMail(anna.held, wording, sender).html).not.toContain("href");
});

test("its text is escaped in the HTML", () => {
  const told = { subject: "A <b> place", paragraphs: ['Say "yes" & don\'t wait <now>.'] };
  const { text, html } = renderMail(anna.held, told, sender);

  expect(text).toContain('Say "yes" & don\'t wait <now>.');
  expect(html).toContain("<p>Say &quot;yes&quot; &amp; don&#39;t wait &lt;now&gt;.</p>");
  expect(html).toContain("<title>A &lt;b&gt; place</title>");
});
