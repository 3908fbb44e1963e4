import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../harness/browser.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
let browser: Browser;
beforeAll(async () => {
  world = await startWorld();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

const field = "The address of Stripe's hosted page. Send the browser there.";

const inMenu = { entry: ".nav-bar-path", text: "Opens Stripe's hosted payment page" };
const inList = { entry: ".endpoint-head", text: "/v1/bookings/{id}/checkout" };

test.each([
  { screen: "a wide screen", widths: [1280], ...inMenu, requests: 0 },
  { screen: "a narrow screen", widths: [600], ...inList, requests: 1 },
  { screen: "a screen that becomes narrow", widths: [1280, 600], ...inList, requests: 1 },
])("the API's documentation shows an operation's fields on $screen, and needs no other host", async (shown) => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(world.stack.apiUrl) && !/^(data|blob):/.test(request.url()))
      complaints.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });

  for (const [index, width] of shown.widths.entries()) {
    await page.setViewportSize({ width, height: 800 });
    if (index === 0) await page.goto(`${world.stack.apiUrl}/docs`);
  }
  await page.locator(shown.entry, { hasText: shown.text }).click();
  await page.getByText(field).waitFor();
  const heights = await page
    .locator(".view-mode-request")
    .evaluateAll((requests) => requests.map(({ scrollHeight, clientHeight }) => [scrollHeight, clientHeight]));
  expect(heights).toHaveLength(shown.requests);
  for (const [whole, visible] of heights) expect(visible).toBe(whole);
  const folder = process.env.CLEARING_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/docs on ${shown.screen}.png` });

  expect(complaints).toEqual([]);
});
