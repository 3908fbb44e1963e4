import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../harness/browser.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

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

type Autopay = { enabled: boolean; method: { last4: string } | null; hash: string };

test("after a hard decline a client saves another card by the mail's link, on a phone, and it is charged the next day", async () => {
  const plans = [{ kind: "installments", months: 3 }];
  const { id } = await openCohort(world, { inDays: 150, program: { plans } });
  const client = new Client(world);
  await client.hold(id, "installments");
  await client.sign(true);
  await client.pay();
  const autopay = async () => world.must<Autopay>("GET", `${client.path}/autopay`, { token: await client.token() });
  const { hash } = await autopay();
  const [, due] = (await client.read()).dues;
  const at = (date: string | undefined, time: string) => world.moveClock({ to: `${date}T${time}Z` });
  const intents = await world.http.stripe<{ data: { payment_method: string }[] }>("GET", "payment_intents?limit=1");
  await world.sim("POST", `/_sim/payment_methods/${intents.body.data[0]?.payment_method}/behavior`, {
    outcomes: ["lost_card"],
  });
  await at(due?.dueOn, "20:00:00");
  const failed = (await world.mails(client.email)).findLast(
    ({ subject }) => subject === "Your payment did not go through",
  );
  const link = /Pay now: (\S+)/.exec(failed?.text ?? "")?.[1] ?? "";

  // A mail scanner opens the link, which begins nothing.
  const docs = new URL("/docs", link).href;
  for (const url of [link, `${link}/method`, new URL("/v1/checkout/return", link).href, docs]) {
    const looked = await fetch(url, { method: "HEAD" });
    expect([url, looked.status, await looked.text()]).toEqual([url, 200, ""]);
  }

  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  page.setDefaultTimeout(60_000);
  const picture = async (name: string) => {
    const folder = process.env.CLEARING_SCREENSHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  };
  await page.goto(link);
  await picture("pay");
  await page.getByRole("link", { name: "Save another card or bank account" }).click();
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Save a card or bank account");
  expect(await page.locator("main").textContent()).toContain("This authorization is optional");
  expect(await page.content()).not.toContain("Sample Person");
  await picture("method");
  await page.getByRole("button", { name: "Agree and continue" }).click();
  await page.waitForURL(/\/c\/pay\/cs_/);
  const opened = page.url();

  // The client's request through the API returns the same page, with the text of the permission.
  const { body } = await client.tryCheckout({ purpose: "payment_method" });
  expect(body).toMatchObject({ url: opened, permission: { html: expect.stringContaining("that you save next") } });

  await page.getByRole("radio", { name: /4444/ }).check();
  await page.getByRole("button").first().click();
  await page.waitForURL(/\/v1\/checkout\/return/);
  expect(await page.getByRole("heading").textContent()).toBe("Payment method saved");
  await picture("method-saved");
  await world.quiesce();
  const now = await autopay();
  expect(now).toMatchObject({ enabled: true, method: { last4: "4444" } });
  expect(now.hash).not.toBe(hash);
  const saved = (await world.mails(client.email)).findLast(({ subject }) => subject === "Your payment method is saved");
  expect(saved?.text).toContain("ending in 4444");
  expect(saved?.text).toContain("This is your copy of the authorization:");

  const tomorrow = new Date(`${due?.dueOn}T20:00:00Z`);
  tomorrow.setUTCDate(tomorrow.getUTCDate() + 1);
  await at(tomorrow.toISOString().slice(0, 10), "20:00:00");
  expect((await client.read()).dues[1]).toMatchObject({ status: "paid" });
});

test("a link leads to the open page of a payoff, and says that the payment is on its way only after somebody paid", async () => {
  const plans = [{ kind: "installments", months: 3 }];
  const client = new Client(world);
  await client.deposit((await openCohort(world, { inDays: 150, program: { plans } })).id, "installments");
  const [, due] = (await client.read()).dues;
  await world.moveClock({ to: `${due?.dueOn}T20:00:00Z` });
  const [mail] = (await world.mails(client.email)).filter(({ text }) => text.includes("/pay/"));
  const link = /\S+\/pay\/\S+/.exec(mail?.text ?? "")?.[0] ?? "";
  const opened = (await client.tryCheckout({ purpose: "payoff" })).body;
  const visit = async (method: string) => fetch(link, { method, redirect: "manual" });
  const page = async () => (await visit("GET")).text();

  expect(await page()).toContain("You chose to pay off your remaining balance in one payment");
  expect((await visit("POST")).headers.get("location")).toBe(opened.url);

  expect((await client.payOn(opened.sessionId, "pm_usBankAccount_success")).status).toBe("processing");
  await world.quiesce();
  expect(await page()).toContain("On its way");
  expect((await visit("POST")).headers.get("location")).toBe(link);
});
