import { createHmac, timingSafeEqual } from "node:crypto";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Failure } from "@clearing/domain/failure";
import { epochSeconds, type Instant, later, plusDays } from "@clearing/domain/time";
import { awsClient } from "./aws.ts";
import type { Config } from "./config.ts";

/** The due that a link pays. */
export type Payable = { bookingId: string; dueId: string };

/**
 * Payment links: `tokenFor` signs a token that is valid at least until an instant; `read` returns what it names, or null
 * if it is forged or expired.
 */
export type PayLinks = {
  tokenFor(payable: Payable, now: Instant, atLeastUntil: Instant): string;
  read(token: string, now: Instant): Payable | null;
};

/** How long a link is valid at least. */
const linkDays = 30;

/**
 * An id is its prefix and 26 characters. A token contains both ids without prefixes, the expiry and the signature, and
 * no personal data.
 */
const shape = /^([0-9a-z]{26})([0-9a-z]{26})([0-9a-z]{1,10})\.([\w-]{43})$/;

/** Links signed with the first key and verified with any of the keys. */
export function payLinks(keys: readonly string[]): PayLinks {
  const [current] = keys;
  if (current === undefined) throw new Error("payment links need at least one key");
  return {
    tokenFor({ bookingId, dueId }, now, atLeastUntil) {
      const until = epochSeconds(later(plusDays(now, linkDays), atLeastUntil)).toString(36);
      const named = `${bare(bookingId, "bkg_")}${bare(dueId, "due_")}${until}`;
      return `${named}.${signature(current, named)}`;
    },
    read(token, now) {
      const [, booking, due, until, signed] = shape.exec(token) ?? [];
      if (booking === undefined || due === undefined || until === undefined || signed === undefined) return null;
      const named = `${booking}${due}${until}`;
      const isGenuine = keys.some((key) => equal(signature(key, named), signed));
      const isOver = Number.parseInt(until, 36) <= epochSeconds(now);
      return isGenuine && !isOver ? { bookingId: `bkg_${booking}`, dueId: `due_${due}` } : null;
    },
  };
}

const signature = (key: string, named: string): string =>
  createHmac("sha256", key).update(`pay:${named}`).digest("base64url");

/** Compares in constant time, so that the duration does not reveal where the texts differ. */
const equal = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one), Buffer.from(other));

function bare(id: string, prefix: string): string {
  if (!id.startsWith(prefix)) throw new Error(`the id ${id} does not start with ${prefix}`);
  return id.slice(prefix.length);
}

const keptSeconds = 300;

/**
 * The payment links of this stage. The keys are read from Secrets Manager and cached for five minutes: the current one
 * and the previous one, so that links survive a rotation. `now` is in epoch milliseconds.
 */
export function openPayLinks(
  config: Config,
  now: () => number,
  client = new SecretsManagerClient(awsClient),
): () => Promise<PayLinks> {
  let kept: { links: PayLinks; until: number } | null = null;
  return async () => {
    if (kept !== null && now() < kept.until) return kept.links;
    const { linkSecretArn } = config;
    const versions = await Promise.all([
      readKey(client, linkSecretArn, "AWSCURRENT"),
      readKey(client, linkSecretArn, "AWSPREVIOUS"),
    ]);
    kept = { links: payLinks(versions.filter((key) => key !== null)), until: now() + keptSeconds * 1_000 };
    return kept.links;
  };
}

/** One version of the secret; null if there is no previous one. */
async function readKey(
  client: SecretsManagerClient,
  SecretId: string,
  VersionStage: "AWSCURRENT" | "AWSPREVIOUS",
): Promise<string | null> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
    if (!SecretString) throw new Failure("payment link secret is empty");
    return SecretString;
  } catch (error) {
    const isAbsent = error instanceof Error && error.name === "ResourceNotFoundException";
    if (isAbsent && VersionStage === "AWSPREVIOUS") return null;
    throw error;
  }
}
