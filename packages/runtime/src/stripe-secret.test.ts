import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { Failure } from "@clearing/domain/failure";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { stripeSecretOf } from "./stripe-secret.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const secret = { secretKey: "sk_test_1", webhookSecrets: ["whsec_1", "whsec_0"] };

function account(text: string) {
  const client = new SecretsManagerClient({ region: "us-east-1" });
  const secrets = mockClient(client as never);
  secrets.on(GetSecretValueCommand as never).resolves({ SecretString: text } as never);
  const time = { now: 0 };
  const read = stripeSecretOf(fakeDeps().deps.config, () => time.now, client);
  const failWith = (error: Error) => secrets.on(GetSecretValueCommand as never).rejects(error as never);
  const put = (value: string) => secrets.on(GetSecretValueCommand as never).resolves({ SecretString: value } as never);
  return { read, time, failWith, put, calls: () => secrets.calls().length };
}

/** Secrets Manager's answer for a secret that has no value yet. */
const noValue = new ResourceNotFoundException({
  message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  $metadata: {},
});

test("reads the secret once, and again after five minutes so that a rotation arrives", async () => {
  const { read, time, calls } = account(JSON.stringify(secret));

  expect(await read()).toEqual(secret);
  time.now = 299_999;
  await read();
  expect(calls()).toBe(1);
  time.now = 300_000;
  await read();
  expect(calls()).toBe(2);
});

test("is null while the secret has no value, and is looked for again within half a minute", async () => {
  const { read, time, failWith, put, calls } = account("");
  failWith(noValue);

  expect(await read()).toBeNull();
  time.now = 29_999;
  expect(await read()).toBeNull();
  expect(calls()).toBe(1);
  put(JSON.stringify(secret));
  time.now = 30_000;
  expect(await read()).toEqual(secret);
});

test.each([
  ["that may not be read", "AccessDeniedException", "not authorized"],
  ["that was deleted", "ResourceNotFoundException", "Secrets Manager can't find the specified secret."],
])("is an error for a secret %s: no payment may stop without an alarm", async (_which, name, message) => {
  const { read, failWith } = account("");
  failWith(Object.assign(new Error(message), { name }));

  await expect(read()).rejects.toThrow(message);
});

test.each(["", "sk_live_secret", "null", '{"secretKey":"sk_1"}', '{"secretKey":"","webhookSecrets":[]}'])(
  "refuses a malformed secret without quoting it: %s",
  async (text) => {
    const read = account(text).read();

    await expect(read).rejects.toThrow(Failure);
    await expect(read).rejects.toThrow("stripe secret must be {secretKey, webhookSecrets}");
  },
);
