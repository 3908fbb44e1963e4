import type { Stripe } from "stripe";
import { StripeFailure } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import type { MagicBank } from "./test-accounts.ts";

const dayS = 86_400;
const arrivalDays = 2;
/**
 * A payer who has not verified the account after this time must start again. Source:
 * docs.stripe.com/payments/ach-direct-debit.
 */
const timeoutDays = 10;

/**
 * The result of the micro-deposits: the account is verified, there were too many wrong tries, time ran out, or no
 * deposit arrived.
 */
export type Verification = "verified" | "attempts_exceeded" | "timeout" | "not_sent";

type VerificationOptions = { us_bank_account?: { verification_method?: string } };

/** Whether a debit of this account must wait for micro-deposits. `instant` offers no other way. */
export function needsMicrodeposits(intent: Stripe.PaymentIntent, { verified }: MagicBank): boolean {
  return verified !== "instantly" && verificationMethod(intent.payment_method_options) !== "instant";
}

export const verificationMethod = (options: object | null): string =>
  (options as VerificationOptions | null)?.us_bank_account?.verification_method ?? "automatic";

export const awaitsMicrodeposits = ({ status, next_action }: Stripe.PaymentIntent | Stripe.SetupIntent): boolean =>
  status === "requires_action" && next_action?.type === "verify_with_microdeposits";

/** Sends the deposits. The intent waits ten days for the person to enter the amounts. */
export function sendMicrodeposits(
  world: World,
  intent: Stripe.PaymentIntent,
  { verified }: MagicBank,
): Stripe.PaymentIntent {
  const waiting: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_action",
    next_action: {
      type: "verify_with_microdeposits",
      verify_with_microdeposits: {
        arrival_date: world.seconds() + arrivalDays * dayS,
        hosted_verification_url: `${world.baseUrl()}/c/microdeposits/${intent.id}`,
        microdeposit_type: "descriptor_code",
      },
    },
  };
  world.objects.update<"payment_intent">(waiting);
  const [kind, days] =
    verified === "never"
      ? (["fail_microdeposits", arrivalDays] as const)
      : (["time_out_microdeposits", timeoutDays] as const);
  world.timers.set(kind, intent.id, world.now() + days * dayS * 1000);
  world.emit("payment_intent.requires_action", waiting);
  return waiting;
}

const failedVerifications = {
  attempts_exceeded: {
    code: "payment_method_microdeposit_verification_attempts_exceeded",
    message: "You have exceeded the number of allowed verification attempts.",
  },
  timeout: {
    code: "payment_method_microdeposit_verification_timeout",
    message: "Payment method should be verified with microdeposits within the required period.",
  },
  not_sent: {
    code: "payment_method_microdeposit_failed",
    message: "Microdeposit transfers failed. Please check the account, institution and transit numbers provided.",
  },
} as const satisfies Record<Exclude<Verification, "verified">, { code: string; message: string }>;

/** The account was not verified, so the intent waits for another method. */
export function failVerification(
  world: World,
  intent: Stripe.PaymentIntent,
  result: Exclude<Verification, "verified">,
): Stripe.PaymentIntent {
  const method = world.objects.find("payment_method", (intent.payment_method as string | null) ?? "");
  const failed: Stripe.PaymentIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    last_payment_error: {
      ...failedVerifications[result],
      ...(method ? { payment_method: method } : {}),
      type: "invalid_request_error",
    },
  };
  world.timers.clear(intent.id);
  world.objects.update<"payment_intent">(failed);
  world.emit("payment_intent.payment_failed", failed);
  return failed;
}

/** Stripe's test values with their results. Source: docs.stripe.com/payments/ach-direct-debit, "Test microdeposits". */
const verificationAmounts: Readonly<Record<string, Verification>> = {
  "32,45": "verified",
  "10,11": "attempts_exceeded",
  "40,41": "timeout",
};
const codes: Readonly<Record<string, Verification>> = {
  SM11AA: "verified",
  SM33CC: "attempts_exceeded",
  SM44DD: "timeout",
};

/** The result of the values that a person enters. Anything but the test values does not match. */
export function verificationBy(given: {
  amounts?: number[] | undefined;
  descriptor_code?: string | undefined;
}): Verification {
  const { amounts, descriptor_code: code } = given;
  const result = code === undefined ? verificationAmounts[(amounts ?? []).join(",")] : codes[code];
  if (result !== undefined) return result;
  const what = code === undefined ? "amounts" : "descriptor_code";
  throw new StripeFailure(400, {
    type: "invalid_request_error",
    code: `payment_method_microdeposit_verification_${what}_mismatch`,
    message: `The ${what === "amounts" ? "amounts" : "code"} provided do not match what was sent to the bank account.`,
    param: what,
  });
}
