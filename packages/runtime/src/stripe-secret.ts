import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Failure } from "@clearing/domain/failure";
import { awsClient } from "./aws.ts";
import type { Config } from "./config.ts";

/** `webhookSecrets`: the current one first, and a second one during a rotation. */
export type StripeSecret = { secretKey: string; webhookSecrets: readonly string[] };

const keptSeconds = 300;
/** How soon a warm function starts to work after an operator has stored the secret. */
const missedSeconds = 30;

/**
 * Reads the Stripe account's secret and caches it for five minutes, so that a rotation reaches a warm function while
 * both webhook secrets are valid. Null while it has no value, as between the deployment and the operator's first
 * `put-secret-value`. Throws if the value is malformed, or the secret is not readable or deleted. `now` is in epoch
 * milliseconds.
 */
export function stripeSecretOf(
  config: Config,
  now: () => number,
  client = new SecretsManagerClient(awsClient),
): () => Promise<StripeSecret | null> {
  let kept: { secret: StripeSecret | null; until: number } | null = null;
  return async () => {
    if (kept !== null && now() < kept.until) return kept.secret;
    const secret = await readSecret(client, config.stripeSecretArn);
    kept = { secret, until: now() + (secret === null ? missedSeconds : keptSeconds) * 1000 };
    return secret;
  };
}

async function readSecret(client: SecretsManagerClient, SecretId: string): Promise<StripeSecret | null> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return parseSecret(SecretString);
  } catch (error) {
    if (error instanceof Error && hasNoValue(error)) return null;
    throw error;
  }
}

/**
 * A deleted secret is also not found, but the message names no staging label: that is an error, which stops payments
 * and fires an alarm.
 */
const hasNoValue = ({ name, message }: Error): boolean =>
  name === "ResourceNotFoundException" && /staging label/i.test(message);

function parseSecret(text: string | undefined): StripeSecret {
  const malformed = new Failure("stripe secret must be {secretKey, webhookSecrets}");
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
