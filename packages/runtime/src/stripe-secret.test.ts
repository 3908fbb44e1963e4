import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { expect, it } from "vitest";
import { stripeSecretOf } from "./stripe-secret.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const secret = { secretKey: "sk_test_1", webhookSecrets: ["whsec_1", "whsec_0"] };

function account(text: string) {
  const client = new SecretsManagerClient({ region: "us-east-1" });
  const secrets = mockClient(client as never);
  secrets.on(GetSecretValueCommand as never).resolves({ SecretString: text } as never);
  const time = { now: 0 };
  const read = stripeSecretOf(fakeDeps().deps.config, () => time.now, client);
  return { read, time, calls: () => secrets.calls().length };
}

it("reads the secret once, and again after five minutes so that a rotation arrives", async () => {
  const { read, time, calls } = account(JSON.stringify(secret));

  expect(await read()).toEqual(secret);
  time.now = 299_999;
  await read();
  expect(calls()).toBe(1);
  time.now = 300_000;
  await read();
  expect(calls()).toBe(2);
});

it.each(["", "sk_live_secret", "null", '{"secretKey":"sk_1"}', '{"secretKey":"","webhookSecrets":[]}'])(
  "refuses a malformed secret without quoting it: %s",
  async (text) => {
    await expect(account(text).read()).rejects.toThrow("the Stripe secret is not {secretKey, webhookSecrets}");
  },
);
