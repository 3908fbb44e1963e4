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

test("the API's documentation shows operations and fields with their descriptions, and needs no other host", async () => {
  const page = await browser.newPage();
  // The page is large, and loads slowly on a busy machine.
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(world.stack.apiUrl) && !/^(data|blob):/.test(request.url()))
      complaints.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(error.message));

  await page.goto(`${world.stack.apiUrl}/docs`);
  await page.getByText("Holds a place for a limited time").first().waitFor();
  await page.getByText("The interest that was paid in advance and is not earned yet, in minor units.").waitFor();
  const folder = process.env.CLEARING_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/docs.png` });

  expect(complaints).toEqual([]);
});
