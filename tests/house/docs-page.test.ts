import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { build } from "../../scripts/build.ts";
import { launchBrowser } from "../harness/browser.ts";

test("the API's documentation shows every operation and field in a browser, and needs no other host", async () => {
  await build();
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  // The page is large, and loads slowly on a busy machine.
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(error.message));

  await page.goto(pathToFileURL(join(import.meta.dirname, "../../dist/functions/catalogue/docs.html")).href);
  await page.getByText("Holds a place for a limited time").first().waitFor();
  await page.getByText("The interest that was paid in advance and is not earned yet, in minor units.").waitFor();
  const folder = process.env.CLEARING_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/docs.png` });

  expect(complaints).toEqual([]);
}, 240_000);
