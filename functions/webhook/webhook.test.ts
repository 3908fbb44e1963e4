import { createHmac } from "node:crypto";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { stripeApiVersion } from "@clearing/payments/api-version";
import { rawHttpHandler } from "@clearing/runtime/api";
import type { StripeSecret } from "@clearing/runtime/stripe-secret";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { type HttpEventFields, httpEvent } from "@clearing/runtime/testing/http-event";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { receiveWebhook } from "./webhook.ts";

const at = 1798761600; // 2027-01-01T00:00:00Z

const event = {
  id: "evt_1",
  object: "event",
  type: "charge.succeeded",
  api_version: stripeApiVersion,
  created: at - 3,
  data: { object: { id: "ch_1", object: "charge" } },
};

/** Pretty-printed and with a non-ASCII character, as Stripe's bodies are. */
const body = JSON.stringify({ ...event, note: "ü" }, null, 2);

const sign = (text: string, secret = "whsec_now", time = at) =>
  `t=${time},v1=${createHmac("sha256", secret).update(`${time}.${text}`).digest("hex")}`;

const unsigned = "The Stripe-Signature header is missing or malformed.";
const unmatched = "The Stripe-Signature header does not match the body.";
const untimely = "The signature's timestamp is more than five minutes off.";
const thin = JSON.stringify({ id: "evt_2", object: "v2.core.event", type: "v1.charge.succeeded" });

const known = { secretKey: "sk_1", webhookSecrets: ["whsec_now", "whsec_before"] };

function webhook(secret: StripeSecret | null = known) {
  const { deps, table, log } = fakeDeps();
  const secretOf = async () => secret;
  const handler = rawHttpHandler(
    async () => deps,
    (request) => receiveWebhook(request, deps, secretOf),
  );
  const post = (fields: HttpEventFields) =>
    handler(httpEvent({ method: "POST", path: "/webhooks/stripe", ...fields }), {} as Context);
  const written = () => table.commandCalls(TransactWriteCommand).map(({ args }) => args[0].input.TransactItems ?? []);
  return { post, written, table, log };
}

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: "no",
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

describe("a Stripe webhook", () => {
  test("is retried until the signing secret is stored", async () => {
    const { post, written } = webhook(null);

    const answer = await post({ body, headers: { "stripe-signature": sign(body) } });

    expect(answer).toMatchObject({ statusCode: 503, body: expect.stringContaining("payment_provider_unavailable") });
    expect(written()).toEqual([]);
  });

  test("stores the event and the message that works on it in one transaction, then answers 200", async () => {
    const { post, written } = webhook();

    expect(await post({ body, headers: { "stripe-signature": sign(body) } })).toMatchObject({ statusCode: 200 });

    const [transaction = []] = written();
    expect(transaction[0]?.Put).toMatchObject({
      TableName: "core",
      Item: { pk: "EVT#evt_1", sk: "EVENT", objectId: "ch_1", created: "2026-12-31T23:59:57Z" },
      ConditionExpression: "attribute_not_exists(pk)",
    });
    expect(transaction[1]?.Put?.Item).toMatchObject({ pk: "evt_1", source: "clearing.stripe" });
    expect(JSON.parse(transaction[1]?.Put?.Item?.detail)).toMatchObject({
      id: "evt_1",
      subject: { type: "stripe_event", id: "evt_1" },
      data: { eventId: "evt_1", type: "charge.succeeded", objectId: "ch_1" },
    });
  });

  test("stores the attempt that its object names, and nothing that another system wrote there", async () => {
    const { post, written } = webhook();
    const named = { app: "clearing", stage: "test", bookingId: "bkg_1", attemptId: "att_1" };
    for (const metadata of [
      named,
      { ...named, app: "shop", name: "Sample Person" },
      { ...named, attemptId: "no id" },
    ]) {
      const sent = JSON.stringify({ ...event, data: { object: { ...event.data.object, metadata } } });
      await post({ body: sent, headers: { "stripe-signature": sign(sent) } });
    }

    const kept = written().map(([stored, message]) => [
      stored?.Put?.Item?.attempt,
      JSON.parse(message?.Put?.Item?.detail).data.attempt,
    ]);
    const attempt = { bookingId: "bkg_1", attemptId: "att_1" };
    expect(kept).toEqual([
      [attempt, attempt],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(JSON.stringify(written())).not.toContain("Sample Person");
  });

  test.each([
    ["payment_intent.succeeded", { id: "pi_1", object: "payment_intent" }],
    ["customer.created", { id: "cus_1", object: "customer" }],
    ["checkout.session.completed", { id: "cs_1", object: "checkout.session", payment_status: "paid" }],
  ])("gets 200 and is not stored as %s, which adds nothing to a charge", async (type, object) => {
    const { post, written } = webhook();
    const sent = JSON.stringify({ ...event, type, data: { object } });

    expect(await post({ body: sent, headers: { "stripe-signature": sign(sent) } })).toMatchObject({ statusCode: 200 });
    expect(written()).toEqual([]);
  });

  test.each([
    ["checkout.session.completed", { id: "cs_1", object: "checkout.session", payment_status: "unpaid" }],
    ["charge.dispute.created", { id: "dp_1", object: "dispute" }],
    ["payout.paid", { id: "po_1", object: "payout" }],
  ])("is stored as %s, which no other event tells", async (type, object) => {
    const { post, written } = webhook();
    const sent = JSON.stringify({ ...event, type, data: { object } });

    await post({ body: sent, headers: { "stripe-signature": sign(sent) } });

    expect(written()).toHaveLength(1);
  });

  test("is verified by its bytes, also if the gateway encoded them, with any header case", async () => {
    const { post } = webhook();
    const base64 = Buffer.from(body).toString("base64");

    const response = await post({ body: base64, base64: true, headers: { "Stripe-Signature": sign(body) } });

    expect(response).toMatchObject({ statusCode: 200 });
  });

  test("is accepted under the secret before the last rotation", async () => {
    const { post } = webhook();

    expect(await post({ body, headers: { "stripe-signature": sign(body, "whsec_before") } })).toMatchObject({
      statusCode: 200,
    });
  });

  test.each([
    ["a signature with another secret", { "stripe-signature": sign(body, "whsec_stranger") }, body, unmatched],
    ["no signature", {}, body, unsigned],
    ["a signature in another form", { "stripe-signature": "t=now" }, body, unsigned],
    ["a body that was changed on the way", { "stripe-signature": sign(body) }, JSON.stringify(event), unmatched],
    ["an old signature", { "stripe-signature": sign(body, "whsec_now", at - 301) }, body, untimely],
    ["a signature of the future", { "stripe-signature": sign(body, "whsec_now", at + 301) }, body, untimely],
    ["a thin event", { "stripe-signature": sign(thin) }, thin, "The body is not a Stripe snapshot event."],
  ])("is 400, says why and stores nothing with %s", async (_what, headers, sent, detail) => {
    const { post, written } = webhook();

    const response = await post({ body: sent, headers: headers as Record<string, string> });

    expect(response).toMatchObject({ statusCode: 400 });
    expect(JSON.parse(response?.body ?? "")).toMatchObject({ code: "validation_failed", detail });
    expect(written()).toEqual([]);
  });

  test("gets 200 and is stored once if it is repeated", async () => {
    const { post, table } = webhook();
    table.on(TransactWriteCommand).rejects(cancelled("ConditionalCheckFailed", "None"));

    expect(await post({ body, headers: { "stripe-signature": sign(body) } })).toMatchObject({ statusCode: 200 });
  });

  test("gets 200 if the first write succeeded but its answer was lost", async () => {
    const { post, table } = webhook();
    table
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled("TransactionConflict", "None"))
      .rejects(cancelled("ConditionalCheckFailed", "None"));

    expect(await post({ body, headers: { "stripe-signature": sign(body) } })).toMatchObject({ statusCode: 200 });
  });

  test.each([
    ["the table keeps conflicting", cancelled("TransactionConflict", "None")],
    ["the table does not answer", Object.assign(new Error("timed out"), { name: "TimeoutError" })],
  ])("gets 503 if %s, so that Stripe retries", async (_what, error) => {
    const { post, table } = webhook();
    table.on(TransactWriteCommand).rejects(error);

    expect(await post({ body, headers: { "stripe-signature": sign(body) } })).toMatchObject({ statusCode: 503 });
  });

  test("is stored despite another API version, and counted", async () => {
    const { post, written, log } = webhook();
    const other = JSON.stringify({ ...event, api_version: "2020-08-27" });

    expect(await post({ body: other, headers: { "stripe-signature": sign(other) } })).toMatchObject({
      statusCode: 200,
    });
    expect(written()).toHaveLength(1);
    expect(log.join("")).toContain("WebhookVersionSkew");
  });
});
