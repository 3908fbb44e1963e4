import { expect, test } from "vitest";
import { shortPage } from "./page.ts";

test("a page says its words as text, whatever is in them, and in its own style", () => {
  const { body } = shortPage(200, { title: "Back <soon>", text: `Rest & "quiet", it's free` });

  expect(body).toContain("<title>Back &lt;soon&gt;</title>");
  expect(body).toContain("<p>Rest &amp; &quot;quiet&quot;, it&#39;s free</p>");
  expect(body).toContain("<style>body{font:");
});
