import type { Gateway } from "@clearing/payments";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { depsFor } from "./deps.ts";

beforeEach(() => {
  vi.stubEnv("STAGE", "test");
  vi.stubEnv("CORE_TABLE", "core");
  vi.stubEnv("AWS_REGION", "us-east-1");
});
afterEach(() => vi.unstubAllEnvs());

test("opens a function's table client once, and gives each piece of work the id that leads to it", async () => {
  const factory = depsFor({});

  const [one, other] = [await factory("one"), await factory("other")];

  expect(one.store.client).toBe(other.store.client);
  expect([one.store.correlationId, other.store.correlationId]).toEqual(["one", "other"]);
});

test("tells instants of whole seconds and ids that sort by time", async () => {
  const { clock, ids, store } = await depsFor({})("test");

  expect(clock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const first = ids.next("bkg");
  await new Promise((later) => setTimeout(later, 2));
  expect(first).toMatch(/^bkg_[0-9a-z]{26}$/);
  expect(first < ids.next("bkg")).toBe(true);
  expect(store.tables.core).toBe("core");
});

test("opens the gateway only if it is requested", async () => {
  const gateway = {} as Gateway;

  expect(await depsFor({ gateway: () => async () => gateway })("test")).toHaveProperty("gateway", gateway);
  expect(await depsFor({})("test")).not.toHaveProperty("gateway");
});

test("reports that the account is not configured, and checks again at each invocation", async () => {
  let found: Gateway | null = null;
  const factory = depsFor({ gateway: () => async () => found });

  expect(await factory("test")).toMatchObject({ notConfigured: "stripe" });
  found = {} as Gateway;
  expect(await factory("test")).toHaveProperty("gateway", found);
});

test("is built again after a failure", async () => {
  let calls = 0;
  const factory = depsFor({
    gateway: () => async () => {
      calls += 1;
      if (calls === 1) throw new Error("the secret could not be read");
      return {} as Gateway;
    },
  });

  await expect(factory("test")).rejects.toThrow("secret");
  await expect(factory("test")).resolves.toHaveProperty("gateway");
});
