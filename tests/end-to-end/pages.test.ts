import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../harness/browser.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
let browser: Browser;
let page: Page;
/** Requests of a page to another host, and its errors. */
const complaints: string[] = [];

beforeAll(async () => {
  world = await startWorld();
  browser = await launchBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|data:|blob:)/.test(request.url())) complaints.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterAll(async () => {
  await browser?.close();
  await world?.stop();
});

/** Saves a screenshot in the folder CLEARING_SCREENSHOTS, if it is set. */
async function picture(name: string) {
  const folder = process.env.CLEARING_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

async function onStripesPage(): Promise<Client> {
  const client = new Client(world);
  await client.hold((await openCohort(world)).id);
  await client.sign();
  const { body } = await client.tryCheckout();
  await page.goto(body.url);
  return client;
}

describe("in a browser", () => {
  test("a client sees that a card was declined, pays with another one, and returns to a page that confirms the payment", async () => {
    const client = await onStripesPage();
    await picture("checkout");
    await page
      .getByRole("radio", { name: /declined/i })
      .first()
      .check();
    await page.getByRole("button", { name: /pay/i }).click();
    expect(await page.getByRole("alert").textContent()).toMatch(/declined/i);
    await picture("checkout-declined");
    await page.getByRole("radio").first().check();
    await page.getByRole("button", { name: /pay/i }).click();
    await page.waitForURL(/\/v1\/checkout\/return/);
    expect(await page.getByRole("heading").textContent()).toBe("Payment received");
    await picture("return");
    await world.quiesce();
    expect((await client.read()).status).toBe("awaiting_clearance");
  });

  test("the agreement shows and prints the price, the payments, the cancellation and the collection", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    const token = await client.token();
    const { html } = await world.must<{ html: string }>("GET", `${client.path}/agreement`, { token });
    await page.setContent(html);
    for (const heading of ["Price", "Payments", "Cancellation"]) {
      expect(await page.getByRole("heading", { name: heading, exact: true }).isVisible()).toBe(true);
    }
    expect(await page.getByRole("table").count()).toBe(4);
    await picture("agreement");
  });

  test("no page sends a request to another host, or has an error", () => {
    expect(complaints).toEqual([]);
  });
});
