import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { verifyWebhook } from "./webhook.ts";

const fixedNow = "2027-01-01T00:00:00Z";
const at = 1798761600;
const payload = JSON.stringify({
  id: "evt_1",
  object: "event",
  type: "payment_intent.succeeded",
  api_version: "2026-10-28.endive",
  created: at - 2,
  livemode: false,
  data: { object: { id: "pi_1", object: "payment_intent" } },
});

/** Signed by Stripe's own SDK, so that our check is tested against theirs. */
function signed(secret: string, body = payload, timestamp = at): string {
  return Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
}

const verify = (header: string | undefined, secrets = ["whsec_now"], body = payload) =>
  verifyWebhook(Buffer.from(body), header, secrets, fixedNow);

describe("a webhook", () => {
  test("is accepted with Stripe's signature and read as a hint", () => {
    expect(verify(signed("whsec_now"))).toEqual({
      ok: true,
      event: {
        eventId: "evt_1",
        type: "payment_intent.succeeded",
        apiVersion: "2026-10-28.endive",
        objectId: "pi_1",
        objectType: "payment_intent",
        created: "2026-12-31T23:59:58Z",
        livemode: false,
        account: null,
      },
    });
  });

  test("is accepted under the previous secret while the secret is being rotated", () => {
    expect(verify(signed("whsec_before"), ["whsec_now", "whsec_before"])).toMatchObject({ ok: true });
  });

  test("is accepted when Stripe signs with two secrets and the second is ours", () => {
    const ours = signed("whsec_now").split("v1=")[1];
    expect(verify(`${signed("whsec_other")},v1=${ours},v0=abc`)).toMatchObject({ ok: true });
  });

  test.each([
    ["no header", undefined, "no_signature"],
    ["a header that is not Stripe's", "hello", "malformed_signature"],
    ["a signature without a time", `v1=${"a".repeat(64)}`, "malformed_signature"],
    ["a time without a signature", `t=${at}`, "malformed_signature"],
    ["another secret", signed("whsec_stranger"), "bad_signature"],
    ["a time that was changed afterwards", signed("whsec_now").replace(String(at), String(at + 1)), "bad_signature"],
    ["a signature of six minutes ago", signed("whsec_now", payload, at - 360), "stale"],
    ["a signature from six minutes ahead", signed("whsec_now", payload, at + 360), "future"],
  ])("is refused with %s", (_what, header, reason) => {
    expect(verify(header)).toEqual({ ok: false, reason });
  });

  test("is refused if its body was changed in transit", () => {
    const rewritten = JSON.stringify(JSON.parse(payload), null, 1);
    expect(verify(signed("whsec_now"), ["whsec_now"], rewritten)).toEqual({ ok: false, reason: "bad_signature" });
  });

  test("is refused without any secret to check it by", () => {
    expect(verify(signed("whsec_now"), [])).toEqual({ ok: false, reason: "bad_signature" });
  });

  test.each(["not json", "null", "{}", '{"id":"evt_1","object":"v2.core.event","type":"x","created":1}'])(
    "is refused when what was signed is no event: %s",
    (body) => {
      expect(verify(signed("whsec_now", body), ["whsec_now"], body)).toEqual({ ok: false, reason: "not_an_event" });
    },
  );

  test("names the balance by its kind, since it has no id", () => {
    const body = JSON.stringify({ ...JSON.parse(payload), data: { object: { object: "balance" } } });
    expect(verify(signed("whsec_now", body), ["whsec_now"], body)).toMatchObject({
      ok: true,
      event: { objectId: "balance", objectType: "balance" },
    });
  });
});
