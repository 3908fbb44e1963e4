import type { GatewayFailure } from "@clearing/payments";
import { jsonLog } from "@clearing/runtime/log";
import { describe, expect, test } from "vitest";
import { refuseStripe } from "./refusal.ts";

const failure = (kind: GatewayFailure["kind"], code: string): GatewayFailure => ({
  ok: false,
  kind,
  code,
  message: "No such customer: sample@example.com",
});

function refusing(of: GatewayFailure) {
  const lines: string[] = [];
  const answer = refuseStripe(
    of,
    jsonLog({ stage: "test" }, (line) => lines.push(line)),
  );
  const counted = ["PaymentRefused", "StripeRefusals"].filter((name) =>
    lines.some((line) => line.includes(`"${name}":1`)),
  );
  return { answer, counted, log: lines.join("\n") };
}

describe("a failed request to Stripe", () => {
  test("is a final refusal with advice for the client, and no alarm, for a wrong amount", () => {
    const { answer, counted } = refusing(failure("invalid", "amount_too_large"));

    expect(answer).toEqual({
      refused: "payment_refused",
      reason: "amount_too_large",
      detail: "The amount is more than can be paid at once. Pay it in parts, or contact us.",
    });
    expect(counted).toEqual(["PaymentRefused"]);
  });

  test("is also the client's to fix, and no alarm, if the e-mail address is not accepted", () => {
    const { answer, counted } = refusing(failure("invalid", "email_invalid"));

    expect(answer).toMatchObject({ refused: "payment_refused", reason: "email_not_accepted" });
    expect(answer).toMatchObject({ detail: expect.stringContaining("Book with another one") });
    expect(counted).toEqual(["PaymentRefused"]);
  });

  test.each(["testmode_charges_only", "payment_method_unactivated", "parameter_unknown"])(
    "for %s is refused for good as well, and the operator hears of it",
    (code) => {
      const { answer, counted } = refusing(failure("invalid", code));

      expect(answer).toMatchObject({ refused: "payment_refused" });
      expect(counted).toEqual(["PaymentRefused", "StripeRefusals"]);
    },
  );

  test.each([
    [failure("unavailable", "rate_limit"), "payment_provider_unavailable", []],
    [failure("unknown", "StripeConnectionError"), "payment_provider_unavailable", []],
    [failure("saved_failure", "api_error"), "payment_provider_unavailable", []],
    [failure("unavailable", "key_refused"), "payment_provider_unavailable", []],
    [failure("idempotency_in_flight", "idempotency_key_in_use"), "idempotency_in_progress", []],
  ])("that is temporary is to be retried: %o", (of, refused, counted) => {
    expect(refusing(of)).toMatchObject({ answer: { refused }, counted });
  });

  test.each(["StripeConnectionError", "StripeAPIError"])("is logged as %s if Stripe gave no code", (code) => {
    const { log } = refusing(failure("unknown", code));

    expect(log).toContain(`"code":"${code}"`);
  });

  test("is logged without Stripe's message, which can quote personal input", () => {
    const { answer, log } = refusing(failure("invalid", "email_invalid"));

    expect(log).toContain("email_invalid");
    expect(`${log}${JSON.stringify(answer)}`).not.toContain("sample@example.com");
  });
});
