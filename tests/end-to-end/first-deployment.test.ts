import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

/** A stack as after a first deployment: the Stripe secret has no value yet. */
let world: World;
let cohortId: string;
let isConfigured = false;
beforeAll(async () => {
  world = await startWorld({ hasStripeSecret: () => isConfigured });
  cohortId = (await openCohort(world)).id;
});
afterAll(() => world.stop());

type Line = { level?: string; message?: string };

/** The log lines of all functions. */
const logged = (): Line[] =>
  readdirSync(world.stack.logsDir)
    .flatMap((file) => readFileSync(join(world.stack.logsDir, file), "utf8").split("\n"))
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));

test("before the Stripe secret has a value, nobody can pay, and a day passes without a dead letter or an error", async () => {
  const client = new Client(world);
  await client.hold(cohortId);
  await client.sign();

  expect(await client.tryCheckout()).toMatchObject({ status: 503, body: { code: "payment_provider_unavailable" } });
  expect(await world.api("GET", "/v1/checkout/return")).toMatchObject({ status: 503 });
  expect(await world.api("POST", "/webhooks/stripe", { body: {} })).toMatchObject({ status: 503 });
  await world.moveClock({ advance: "P1D" });

  expect(await world.quiesce()).toBe(0);
  expect((await client.read()).status).toBe("expired");
  expect(logged().filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
});

test("two minutes after the secret has a value, a client pays, and the payment is settled", async () => {
  isConfigured = true;
  await world.moveClock({ advance: "PT2M" });
  const client = new Client(world);

  expect((await client.deposit(cohortId)).status).toBe("awaiting_clearance");
  expect(await world.quiesce()).toBe(0);
});
