import { describe, expect, it } from "vitest";
import { DAY, HOUR, openAccount, refusal } from "../test-account.ts";

describe("the list of events", () => {
  it("is filtered by type, types and time, newest first", async () => {
    const { stripe, advance, now } = await openAccount();
    const customer = await stripe.customers.create({});
    await advance(HOUR);
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

  it("says what an update changed", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({ name: "Ana", metadata: { a: "1" } });
    await stripe.customers.update(customer.id, { name: "Anna" });
    await stripe.customers.update(customer.id, { name: "Anna" });

    const { data } = await stripe.events.list({ type: "customer.updated" });

    expect(data).toHaveLength(1);
    expect(data[0]?.data.previous_attributes).toEqual({ name: "Ana" });
  });

  it("forgets after 30 days", async () => {
    const { stripe, advance } = await openAccount();
    await stripe.customers.create({});
    const [event] = (await stripe.events.list()).data;

    await advance(30 * DAY);
    const still = (await stripe.events.list()).data;
    await advance(1000);

    expect(still).toHaveLength(1);
    expect((await stripe.events.list()).data).toHaveLength(0);
    expect((await refusal(stripe.events.retrieve(event?.id ?? ""))).statusCode).toBe(404);
  });

  it("keeps the object as it was then", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({ name: "Ana" });
    await stripe.customers.update(customer.id, { name: "Anna" });

    const [created] = (await stripe.events.list({ type: "customer.created" })).data;

    expect(created?.data.object).toMatchObject({ name: "Ana" });
  });
});
