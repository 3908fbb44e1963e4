import { describe, expect, test } from "vitest";
import type { Gateway } from "./gateway.ts";
import {
  customer,
  gatewayTo,
  hangUp,
  json,
  type Reply,
  silence,
  stripeError,
  stripeThat,
} from "./testing/stripe-stub.ts";

/** A write, under the key `key_1`. */
const create = (gateway: Gateway) =>
  gateway.createCustomer({ email: "anna@example.org", metadata: { app: "clearing" } }, "key_1");

describe("a call that fails", () => {
  test("is unknown if no answer comes, after one retry under the same key", async () => {
    const { gateway, seen } = await stripeThat(silence);

    const result = await create(gateway);

    expect(result).toMatchObject({ ok: false, kind: "unknown" });
    expect(seen.map(({ key }) => key)).toEqual(["key_1", "key_1"]);
  });

  test("succeeds when only the first answer was lost", async () => {
    const { gateway, seen } = await stripeThat(silence, json(200, customer));

    const result = await create(gateway);

    expect(result).toEqual({ ok: true, value: { customerId: "cus_1" } });
    expect(seen.map(({ key }) => key)).toEqual(["key_1", "key_1"]);
  });

  test("is unknown when the connection breaks after the request was sent", async () => {
    const { gateway } = await stripeThat(hangUp);

    expect(await create(gateway)).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is unavailable if the connection is refused: the request cannot have happened", async () => {
    const gateway = gatewayTo("http://127.0.0.1:1");

    expect(await create(gateway)).toMatchObject({ ok: false, kind: "unavailable" });
  });

  test("stays unknown when a first call without an answer is followed by a rate limit", async () => {
    const { gateway } = await stripeThat(silence, stripeError(429, { type: "invalid_request_error", message: "slow" }));

    expect(await create(gateway)).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is unknown on an internal error that Stripe has not saved", async () => {
    const { gateway } = await stripeThat(stripeError(500, { type: "api_error", message: "oops" }));

    expect(await create(gateway)).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is a saved failure on an internal error that Stripe replays, which is not asked for again", async () => {
    const broken = { error: { type: "api_error", message: "oops" } };
    const replayed = { "idempotent-replayed": "true" };
    const { gateway, seen } = await stripeThat(json(500, broken), json(500, broken, replayed));

    expect(await create(gateway)).toMatchObject({ ok: false, kind: "saved_failure" });
    expect(seen.map(({ key }) => key)).toEqual(["key_1", "key_1"]);
    expect(await create(gateway)).toMatchObject({ ok: false, kind: "saved_failure" });
    expect(seen).toHaveLength(3);
  });

  test.each([
    ["a firewall's JSON", json(404, { message: "Not Found" })],
    ["JSON of another kind", json(200, { id: "x", object: "product" })],
    ["a page of HTML", ((response) => response.writeHead(200).end("<html>hello</html>")) as Reply],
    ["an object without an id", json(200, { object: "customer" })],
  ])("is unknown for a write that %s answers", async (_what, reply) => {
    const { gateway } = await stripeThat(reply);

    expect(await create(gateway)).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is unavailable for a read, which changes nothing", async () => {
    const { gateway } = await stripeThat(json(502, { message: "Bad Gateway" }));

    expect(await gateway.retrieveCharge("ch_1")).toMatchObject({ ok: false, kind: "unavailable" });
  });

  test("waits longer and longer on a rate limit, then gives up", async () => {
    const limited = stripeError(429, { type: "invalid_request_error", code: "rate_limit", message: "slow" });
    const { gateway, seen, pauses } = await stripeThat(limited);

    const result = await create(gateway);

    expect(result).toMatchObject({ ok: false, kind: "unavailable", code: "rate_limit" });
    expect(seen).toHaveLength(4);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  });

  test("gets through when an object's lock is released", async () => {
    const locked = stripeError(429, { type: "invalid_request_error", code: "lock_timeout", message: "locked" });
    const { gateway } = await stripeThat(locked, json(200, customer));

    expect(await create(gateway)).toMatchObject({ ok: true });
  });
});

describe("a refusal", () => {
  test.each([
    [402, { type: "card_error", code: "card_declined", message: "no" }, "declined"],
    [400, { type: "invalid_request_error", code: "parameter_unknown", message: "no" }, "invalid"],
    [404, { type: "invalid_request_error", code: "resource_missing", message: "no" }, "invalid"],
    [400, { type: "idempotency_error", message: "other parameters" }, "idempotency_mismatch"],
    [409, { type: "idempotency_error", code: "idempotency_key_in_use", message: "busy" }, "idempotency_in_flight"],
    [403, { type: "invalid_request_error", code: "testmode_charges_only", message: "no" }, "invalid"],
  ])("%i %o is %s, and is not retried", async (status, error, kind) => {
    const { gateway, seen } = await stripeThat(stripeError(status, error));

    expect(await create(gateway)).toMatchObject({ ok: false, kind });
    expect(seen).toHaveLength(1);
  });

  test.each([
    [401, {}],
    [403, {}],
    [401, { code: "api_key_expired" }],
    [400, { code: "secret_key_required" }],
  ])("%i %o refuses the key, which is an outage and is not retried", async (status, error) => {
    const { gateway, seen } = await stripeThat(
      stripeError(status, { type: "invalid_request_error", message: "no", ...error }),
    );

    expect(await create(gateway)).toMatchObject({ kind: "unavailable", code: "key_refused" });
    expect(seen).toHaveLength(1);
  });

  test("of a detached method has no code, so its message tells", async () => {
    // Stripe's answer to a payment with such a method, as quoted in github.com/liberapay/liberapay.com/issues/2686.
    const message =
      "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.";
    const { gateway } = await stripeThat(stripeError(400, { type: "invalid_request_error", message }));

    expect(await gateway.retrieveCharge("ch_1")).toMatchObject({ kind: "invalid", code: "payment_method_detached" });
  });

  test("names the rejected parameter, the only hint at an unsupported currency", async () => {
    const param = "line_items[0][price_data][currency]";
    const { gateway } = await stripeThat(
      stripeError(400, { type: "invalid_request_error", message: "Invalid currency: xyz.", param }),
    );

    expect(await create(gateway)).toMatchObject({
      kind: "invalid",
      code: "currency_not_supported",
      param,
    });
  });
});
