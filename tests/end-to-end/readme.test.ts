import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import seed from "../../scripts/seed.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.stack.seedOnce(seed);
});
afterAll(() => world.stop());

/** The README's own lines; only the two addresses are this run's. */
function walk(): string {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const lines = /<!-- walk -->\n```sh\n(.*?)```/s.exec(readme)?.[1];
  if (lines === undefined) throw new Error("the README has no walk");
  return lines
    .replace("http://127.0.0.1:8787", world.stack.apiUrl)
    .replace("http://127.0.0.1:8790", world.stack.simulatorUrl ?? "");
}

test("the README's walk, pasted as it stands, ends in a confirmed booking", async () => {
  const shell = spawn("bash", ["-e"], { stdio: ["pipe", "pipe", "inherit"] });
  shell.stdin.end(walk());
  const output = (await shell.stdout.toArray()).join("");
  expect(output).toContain("confirmed");
  expect(output).toContain("Your booking is confirmed");
  expect(output).toMatch(/totalDebit: (\d+),\s+totalCredit: \1/);
});

test("the demo ends in a confirmed booking", async () => {
  const script = join(import.meta.dirname, "../../scripts/demo.ts");
  const addresses = ["--api", world.stack.apiUrl, "--simulator", world.stack.simulatorUrl ?? ""];
  const demo = spawn(process.execPath, [script, ...addresses], { stdio: ["ignore", "pipe", "inherit"] });
  const output = (await demo.stdout.toArray()).join("");
  expect(output).toContain("is confirmed");
  expect(output).toContain("BookingConfirmed");
  expect(output).toContain("stripe_balance");
});
