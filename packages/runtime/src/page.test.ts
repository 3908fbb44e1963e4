import { expect, test } from "vitest";
import { shortPage } from "./page.ts";

test("a page escapes its text and has inline styles", () => {
  const { body } = shortPage(200, { title: "Back <soon>", text: `Rest & "quiet", it's free` });

  expect(body).toContain("<title>Back &lt;soon&gt;</title>");
  expect(body).toContain("<p>Rest &amp; &quot;quiet&quot;, it&#39;s free</p>");
  expect(body).toContain("<style>body{font:");
});

test("a page is hidden from search engines, and its policy allows only what its button needs", () => {
  const words = { title: "Pay", text: "One thing." };
  const plain = shortPage(200, words);
  const asking = shortPage(200, words, { label: "Go on", query: { permission: "a&b" } });

  expect(plain.body).toContain('<meta name="robots" content="noindex">');
  expect([plain.policy, String(plain.body).includes("<form")]).toEqual([{ "style-src": "'unsafe-inline'" }, false]);
  expect(asking.body).toContain('<form method="post" action="?permission=a%26b"><button type="submit">Go on</button>');
  expect(asking.policy).toMatchObject({ "form-action": expect.stringContaining("https:") });
});

test("a page shows its button's terms and the alternative link as text", () => {
  const details = { title: "Terms", paragraphs: ["One <two>"] };
  const link = { label: "Another way", url: "https://example.org/other?a=1&b=2" };
  const { body } = shortPage(200, { title: "Pay", text: "One thing.", details, link }, { label: "Agree" });

  expect(body).toContain("<h2>Terms</h2><p>One &lt;two&gt;</p></section>");
  expect(body).toContain('<a href="https://example.org/other?a=1&amp;b=2">Another way</a>');
});
