import { describe, expect, test } from "vitest";
import { day, hour, openAccount, refusal } from "../test-account.ts";

describe("the list of events", () => {
  test("is filtered by type, types and time, newest first", async () => {
    const { stripe, advance, now } = await openAccount();
    const customer = await stripe.customers.create({});
    await advance(hour);
    await stripe.customers.update(customer.id, { name: "Anna" });
    await stripe.customers.del(customer.id);
    const since = { gte: Math.floor(now() / 1000) };
    const kinds = async (query: Parameters<typeof stripe.events.list>[0]) =>
      (await stripe.events.list(query)).data.map(({ type }) => type);

    expect(await kinds({})).toEqual(["customer.deleted", "customer.updated", "customer.created"]);
    expect(await kinds({ type: "customer.updated" })).toEqual(["customer.updated"]);
    expect(await kinds({ types: ["customer.created", "customer.deleted"] })).toEqual([
      "customer.deleted",
      "customer.created",
    ]);
    expect(await kinds({ created: since })).toEqual(["customer.deleted", "customer.updated"]);
    expect((await refusal(stripe.events.list({ type: "x", types: ["y"] }))).code).toBe("parameters_exclusive");
  });

  test("says what an update changed", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({ name: "Ana", metadata: { a: "1" } });
    await stripe.customers.update(customer.id, { name: "Anna" });
    await stripe.customers.update(customer.id, { name: "Anna" });

    const { data } = await stripe.events.list({ type: "customer.updated" });

    expect(data).toHaveLength(1);
    expect(data[0]?.data.previous_attributes).toEqual({ name: "Ana" });
  });

  test("keeps events for 30 days", async () => {
    const { stripe, advance } = await openAccount();
    await stripe.customers.create({});
    const [event] = (await stripe.events.list()).data;

    await advance(30 * day);
    const still = (await stripe.events.list()).data;
    await advance(1000);

    expect(still).toHaveLength(1);
    expect((await stripe.events.list()).data).toHaveLength(0);
    expect((await refusal(stripe.events.retrieve(event?.id ?? ""))).statusCode).toBe(404);
  });

  test("gives the page next to an event in either direction, newest first, with more beyond it", async () => {
    const { stripe } = await openAccount();
    for (let number = 1; number <= 5; number++) await stripe.customers.create({ name: `${number}` });
    const [fifth, fourth, third, second, first] = (await stripe.events.list()).data.map(({ id }) => id);
    const page = async (query: Parameters<typeof stripe.events.list>[0]) => {
      const { data, has_more } = await stripe.events.list({ limit: 2, ...query });
      return [data.map(({ id }) => id), has_more];
    };

    expect(await page({ ending_before: first ?? "" })).toEqual([[third, second], true]);
    expect(await page({ ending_before: third ?? "" })).toEqual([[fifth, fourth], false]);
    expect(await page({ starting_after: fifth ?? "" })).toEqual([[fourth, third], true]);
    expect(await page({ ending_before: fifth ?? "" })).toEqual([[], false]);
  });

  test("refuses to list from an expired event", async () => {
    const { stripe, advance } = await openAccount();
    await stripe.customers.create({});
    const [event] = (await stripe.events.list()).data;
    await advance(31 * day);
    await stripe.customers.create({});

    for (const param of ["ending_before", "starting_after"] as const) {
      const { code, param: named } = await refusal(stripe.events.list({ [param]: event?.id }));
      expect([code, named]).toEqual(["resource_missing", param]);
    }
  });

  test("keeps the object as it was then", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({ name: "Ana" });
    await stripe.customers.update(customer.id, { name: "Anna" });

    const [created] = (await stripe.events.list({ type: "customer.created" })).data;

    expect(created?.data.object).toMatchObject({ name: "Ana" });
  });
});
