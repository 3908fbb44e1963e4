import { describe, expect, test } from "vitest";
import { hour, minute, openAccount, refusal, sdk, testKey } from "../test-account.ts";

async function errorOf(response: Response): Promise<{ message: string; code?: string; param?: string }> {
  const { error } = (await response.json()) as { error: { message: string; code?: string; param?: string } };
  return error;
}

describe("the envelope", () => {
  test.each([
    ["no key", {}, "You did not provide an API key."],
    ["a wrong key", { authorization: "Bearer sk_test_somebody_else" }, "Invalid API Key provided: sk_test_"],
  ])("refuses %s with 401", async (_what, headers, message) => {
    const { simulator } = await openAccount();

    const response = await fetch(`${simulator.url}/v1/customers`, { headers });

    expect(response.status).toBe(401);
    expect(response.headers.get("request-id")).toMatch(/^req_/);
    expect((await errorOf(response)).message).toContain(message);
  });

  test("also accepts the key as basic authentication, as curl -u sends it", async () => {
    const { simulator } = await openAccount();
    const authorization = `Basic ${Buffer.from(`${testKey}:`).toString("base64")}`;

    expect((await fetch(`${simulator.url}/v1/balance`, { headers: { authorization } })).status).toBe(200);
  });

  test("answers unknown routes as Stripe does", async () => {
    const { stripe } = await openAccount();

    const error = await refusal(stripe.disputes.list());

    expect(error).toMatchObject({ statusCode: 404, type: "StripeInvalidRequestError" });
    expect(error.message).toContain("Unrecognized request URL (GET: /v1/disputes)");
  });

  test("says which object is missing", async () => {
    const { stripe } = await openAccount();

    const inPath = await refusal(stripe.paymentIntents.retrieve("pi_unknown"));
    const inForm = await refusal(
      stripe.paymentIntents.create({ amount: 100, currency: "usd", customer: "cus_unknown" }),
    );

    expect(inPath).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      message: "No such payment_intent: 'pi_unknown'",
    });
    expect(inForm).toMatchObject({ statusCode: 400, code: "resource_missing", param: "customer" });
  });
});

describe("parameters", () => {
  test.each([
    ["/v1/customers", "nickname=x", "parameter_unknown", "nickname"],
    ["/v1/customers", "address[planet]=x", "parameter_unknown", "address[planet]"],
    ["/v1/customers", "payment_method=", "parameter_invalid_empty", "payment_method"],
    ["/v1/payment_intents", "currency=usd", "parameter_missing", "amount"],
    ["/v1/payment_intents", "amount=1.5&currency=usd", "parameter_invalid_integer", "amount"],
    ["/v1/payment_intents", "amount=100&currency=xyz", undefined, "currency"],
    ["/v1/payment_intents", "amount=100&currency=usd&capture_method=later", undefined, "capture_method"],
    ["/v1/payment_intents", "amount=100&currency=usd&confirm=maybe", undefined, "confirm"],
    ["/v1/refunds", "amount=5", "parameter_missing", "payment_intent"],
    ["/v1/refunds", "charge=ch_x&colour=red", "parameter_unknown", "colour"],
    ["/v1/checkout/sessions", "mode=payment", "parameter_missing", "success_url"],
    ["/v1/checkout/sessions", "mode=payment&success_url=x", "parameter_missing", "line_items"],
    [
      "/v1/checkout/sessions",
      "line_items[0][price_data][colour]=x",
      "parameter_unknown",
      "line_items[0][price_data][colour]",
    ],
    [
      "/v1/checkout/sessions",
      "payment_method_options[affirm][x]=y",
      "parameter_unknown",
      "payment_method_options[affirm]",
    ],
    ["/v1/setup_intents", "amount=5", "parameter_unknown", "amount"],
    ["/v1/webhook_endpoints", "url=http://127.0.0.1/x", "parameter_missing", "enabled_events"],
    ["/v1/webhook_endpoints", "url=nowhere&enabled_events[]=*", "url_invalid", "url"],
    ["/v1/customers", `metadata[${"k".repeat(41)}]=v`, undefined, "metadata"],
    ["/v1/customers", `metadata[k]=${"v".repeat(501)}`, undefined, "metadata[k]"],
  ])("POST %s with %s is refused by name", async (path, body, code, param) => {
    const { simulator } = await openAccount();

    const response = await fetch(`${simulator.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/x-www-form-urlencoded" },
      body,
    });

    const error = await errorOf(response);
    expect(response.status).toBe(400);
    expect(error).toMatchObject({ type: "invalid_request_error", param, ...(code ? { code } : {}) });
  });

  test("are a form, not JSON", async () => {
    const { simulator } = await openAccount();

    const response = await fetch(`${simulator.url}/v1/customers`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: "{}",
    });

    expect((await errorOf(response)).message).toContain("application/x-www-form-urlencoded");
  });

  test.each([
    "/v1/customers",
    "/v1/events",
    "/v1/charges",
    "/v1/refunds",
    "/v1/balance_transactions",
    "/v1/checkout/sessions",
  ])("of GET %s are checked too", async (path) => {
    const { simulator } = await openAccount();
    const headers = { authorization: `Bearer ${testKey}` };

    const unknown = await errorOf(await fetch(`${simulator.url}${path}?colour=red`, { headers }));
    const limit = await errorOf(await fetch(`${simulator.url}${path}?limit=101`, { headers }));

    expect(unknown).toMatchObject({ code: "parameter_unknown", param: "colour" });
    expect(limit).toMatchObject({ code: "parameter_invalid_integer", param: "limit" });
  });
});

describe("pages of a list", () => {
  test("continue from the last page, in both directions, and with auto-pagination", async () => {
    const { stripe } = await openAccount();
    for (let index = 0; index < 7; index += 1) await stripe.customers.create({ name: `${index}` });
    const names = (page: { data: { name?: string | null }[] }) => page.data.map(({ name }) => name).join("");

    const first = await stripe.customers.list({ limit: 3 });
    const second = await stripe.customers.list({ limit: 3, starting_after: first.data[2]?.id ?? "" });
    const back = await stripe.customers.list({ limit: 2, ending_before: second.data[2]?.id ?? "" });
    const all = await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });

    expect([names(first), names(second), names(back)]).toEqual(["654", "321", "32"]);
    expect([first.has_more, second.has_more, all.length]).toEqual([true, true, 7]);
    expect((await refusal(stripe.customers.list({ starting_after: "cus_x" }))).code).toBe("resource_missing");
  });
});

describe("a request under an idempotency key", () => {
  const under = { idempotencyKey: "key_1" };

  test("is answered once and then replayed for 24 hours", async () => {
    const { stripe, advance } = await openAccount();
    const first = await stripe.customers.create({ name: "Anna", metadata: { a: "1", b: "2" } }, under);

    await advance(23 * hour);
    const replay = await stripe.customers.create({ metadata: { b: "2", a: "1" }, name: "Anna" }, under);
    await advance(hour);
    const fresh = await stripe.customers.create({ name: "Anna", metadata: { a: "1", b: "2" } }, under);

    expect(replay.id).toBe(first.id);
    expect(replay.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
    expect(fresh.id).not.toBe(first.id);
  });

  test("is refused with other parameters or at another endpoint", async () => {
    const { stripe } = await openAccount();
    await stripe.customers.create({ name: "Anna" }, under);

    const other = await refusal(stripe.customers.create({ name: "Ben" }, under));
    const elsewhere = await refusal(stripe.setupIntents.create({}, under));

    expect(other).toMatchObject({ statusCode: 400, type: "StripeIdempotencyError" });
    expect(elsewhere.message).toContain("same endpoint");
  });

  test("is refused while the first request is running", async () => {
    const { stripe, simulator } = await openAccount();
    simulator.setFault({ kind: "slow", rate: 1, seed: 1, ms: 100 });
    const first = stripe.customers.create({ name: "Anna" }, under);
    await new Promise((wake) => setTimeout(wake, 30));

    const second = await refusal(stripe.customers.create({ name: "Anna" }, under));

    expect(second).toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
    expect((await first).name).toBe("Anna");
  });

  test("can be retried with valid parameters after a validation error", async () => {
    const { stripe } = await openAccount();
    const wrong = { amount: 100, currency: "usd", colour: "red" } as never;

    await refusal(stripe.paymentIntents.create(wrong, under));

    expect((await stripe.paymentIntents.create({ amount: 100, currency: "usd" }, under)).amount).toBe(100);
  });

  test("replays a decline instead of charging again", async () => {
    const { stripe } = await openAccount();
    const pay = () =>
      stripe.paymentIntents.create(
        { amount: 100, currency: "usd", payment_method: "pm_card_chargeDeclined", confirm: true },
        under,
      );

    const first = await refusal(pay());
    const second = await refusal(pay());

    expect(second.payment_intent?.id).toBe(first.payment_intent?.id);
    expect(second.headers?.["idempotent-replayed"]).toBe("true");
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });

  test("replays an internal error too", async () => {
    const { stripe, simulator } = await openAccount();
    simulator.setFault({ kind: "error", rate: 1, seed: 1 });
    const first = await refusal(stripe.customers.create({}, under));
    simulator.clearFaults();

    const second = await refusal(stripe.customers.create({}, under));

    expect([first.statusCode, second.statusCode]).toEqual([500, 500]);
    expect((await stripe.customers.list()).data).toHaveLength(0);
  });

  test("replays an internal error after an effect, which happens once", async () => {
    const { stripe, simulator } = await openAccount();
    simulator.setFault({ kind: "error_after", rate: 1, seed: 1 });
    const first = await refusal(stripe.customers.create({}, under));
    simulator.clearFaults();

    const second = await refusal(stripe.customers.create({}, under));

    expect([first.statusCode, second.statusCode]).toEqual([500, 500]);
    expect(second.headers?.["idempotent-replayed"]).toBe("true");
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });
});

describe("faults", () => {
  test("break the connection before or after the effect", async () => {
    const { stripe, control } = await openAccount();

    await control("/_sim/faults", { kind: "timeout", rate: 1, seed: 1 });
    const before = await refusal(stripe.customers.create({}, { idempotencyKey: "key_1" }));
    await control("/_sim/faults", undefined, "DELETE");
    const afterNothing = (await stripe.customers.list()).data.length;
    await control("/_sim/faults", { kind: "timeout_after", rate: 1, seed: 1 });
    const after = await refusal(stripe.customers.create({}, { idempotencyKey: "key_2" }));
    await control("/_sim/faults", undefined, "DELETE");
    const replayed = await stripe.customers.create({}, { idempotencyKey: "key_2" });

    expect([before.type, after.type, afterNothing]).toEqual(["StripeConnectionError", "StripeConnectionError", 0]);
    expect((await stripe.customers.list()).data.map(({ id }) => id)).toEqual([replayed.id]);
  });

  test("strike requests of one path, a given number of times", async () => {
    const { stripe, control } = await openAccount();
    await control("/_sim/faults", { kind: "throttle", path: "/v1/customers", times: 2 });
    const create = () =>
      stripe.customers.create().then(
        () => 200,
        ({ statusCode }) => statusCode,
      );

    await stripe.balance.retrieve();
    expect([await create(), await create(), await create()]).toEqual([429, 429, 200]);

    // The SDK retries once after a broken connection.
    await control("/_sim/faults", { kind: "timeout_after", path: "/v1/customers", times: 2 });
    expect([await create(), await create()]).toEqual([undefined, 200]);
  });

  test("throttle, with and without the advice to retry", async () => {
    const { stripe, simulator } = await openAccount();
    simulator.setFault({ kind: "throttle", rate: 1, seed: 1 });

    const errors = await Promise.all(Array.from({ length: 20 }, () => refusal(stripe.customers.list())));

    const kinds = new Set(
      errors.map(({ statusCode, code, headers }) => `${statusCode} ${code} ${headers?.["stripe-should-retry"]}`),
    );
    expect(kinds).toEqual(new Set(["429 rate_limit undefined", "429 lock_timeout true"]));
  });

  test("answer with a proxy's page", async () => {
    const { simulator } = await openAccount();
    simulator.setFault({ kind: "html", rate: 1, seed: 1 });

    const response = await fetch(`${simulator.url}/v1/customers`, { headers: { authorization: `Bearer ${testKey}` } });

    expect([response.status, response.headers.get("content-type")]).toEqual([502, "text/html"]);
  });

  test("strike at their rate, by their seed", async () => {
    const { stripe, simulator } = await openAccount();
    const struck = async () => {
      simulator.setFault({ kind: "unavailable", rate: 0.3, seed: 5 });
      const answers: boolean[] = [];
      for (let index = 0; index < 60; index += 1)
        answers.push(
          await stripe.balance.retrieve().then(
            () => false,
            () => true,
          ),
        );
      return answers;
    };

    const first = await struck();

    expect(await struck()).toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(8);
    expect(first.filter(Boolean).length).toBeLessThan(30);
  });

  test("are survived by the SDK's own retries, with one effect each", async () => {
    const { simulator } = await openAccount();
    simulator.setFault({ kind: "timeout_after", rate: 0.5, seed: 1 });
    const patient = sdk(simulator.url);

    for (const name of ["Anna", "Ben", "Cleo"]) {
      await patient.customers.create({ name }, { maxNetworkRetries: 8, idempotencyKey: name });
    }
    simulator.clearFaults();

    expect((await patient.customers.list({ limit: 100 })).data).toHaveLength(3);
  }, 20_000);
});

test("releases faults and key locks when a request ends in an error", async () => {
  const { stripe, advance } = await openAccount();
  await refusal(stripe.customers.retrieve("cus_x"));
  await refusal(stripe.refunds.create({ charge: "ch_x" }, { idempotencyKey: "key_9" }));
  await advance(minute);

  const again = await refusal(stripe.refunds.create({ charge: "ch_x" }, { idempotencyKey: "key_9" }));

  expect(again.code).toBe("resource_missing");
});
