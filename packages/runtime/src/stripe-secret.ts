import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsClient } from "./aws.ts";
import type { Config } from "./config.ts";

/** `webhookSecrets`: the current one first; a second one while it is being rotated. */
export type StripeSecret = { secretKey: string; webhookSecrets: readonly string[] };

const KEPT_SECONDS = 300;

/**
 * Reads the Stripe account's secret and keeps it for five minutes, so that a rotation reaches a warm function while
 * both webhook secrets are still valid. `now` is in epoch milliseconds.
 */
export function stripeSecretOf(
  config: Config,
  now: () => number,
  client = new SecretsManagerClient(awsClient),
): () => Promise<StripeSecret> {
  let kept: { secret: StripeSecret; until: number } | null = null;
  return async () => {
    if (kept !== null && now() < kept.until) return kept.secret;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: config.stripeSecretArn }));
    const secret = parseSecret(SecretString);
    kept = { secret, until: now() + KEPT_SECONDS * 1000 };
    return secret;
  };
}

function parseSecret(text: string | undefined): StripeSecret {
  const malformed = new Error("the Stripe secret is not {secretKey, webhookSecrets}");
  let value: Partial<StripeSecret> | null;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    // Not the parser's own error: that one quotes the secret.
    throw malformed;
  }
  const secrets = value?.webhookSecrets;
  const listed = Array.isArray(secrets) && secrets.every((secret) => typeof secret === "string" && secret !== "");
  if (typeof value?.secretKey !== "string" || value.secretKey === "" || !listed) throw malformed;
  return { secretKey: value.secretKey, webhookSecrets: secrets };
}
