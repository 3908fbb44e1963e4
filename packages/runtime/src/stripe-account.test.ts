import { createServer } from "node:http";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Gateway } from "@clearing/payments";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { jsonLog } from "./log.ts";
import { openGateway } from "./stripe-account.ts";

/** Stands in for Stripe, and records the keys of the requests. */
const asked: (string | undefined)[] = [];
const stripe = createServer((request, response) => {
  asked.push(request.headers.authorization);
  const status = request.headers.authorization === "Bearer sk_test_expired" ? 401 : 404;
  response.writeHead(status, { "content-type": "application/json" }).end('{"error":{"type":"invalid_request_error"}}');
});
let stripeApiBase: string;
beforeAll(async () => {
  await new Promise<void>((ready) => stripe.listen(0, "127.0.0.1", ready));
  const address = stripe.address();
  stripeApiBase = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => stripe.close());

/** The gateway of an account whose secret has a value. */
const configured = (gatewayOf: () => Promise<Gateway | null>) => async (): Promise<Gateway> => {
  const gateway = await gatewayOf();
  if (gateway === null) throw new Error("the secret has no value");
  return gateway;
};

test("asks Stripe under a rolled key as soon as the secret is read again, and keeps its connections until then", async () => {
  const client = new SecretsManagerClient({ region: "us-east-1" });
  const secrets = mockClient(client as never);
  const holds = (secretKey: string) =>
    secrets
      .on(GetSecretValueCommand as never)
      .resolves({ SecretString: JSON.stringify({ secretKey, webhookSecrets: [] }) } as never);
  let now = 0;
  const config = readConfig({ STRIPE_SECRET_ARN: "arn", STRIPE_API_BASE: stripeApiBase });
  const log = jsonLog({}, () => undefined);
  const gatewayOf = configured(openGateway(config, () => now, log, client));

  holds("sk_test_old");
  const first = await gatewayOf();
  await first.retrieveRefund("re_1");
  holds("sk_test_new");
  now = 299_999;
  expect(await gatewayOf()).toBe(first);
  now = 300_000;
  await (await gatewayOf()).retrieveRefund("re_1");

  expect(asked).toEqual(["Bearer sk_test_old", "Bearer sk_test_new"]);
});

test("counts every call whose key Stripe does not accept, and no other refusal", async () => {
  const client = new SecretsManagerClient({ region: "us-east-1" });
  const SecretString = JSON.stringify({ secretKey: "sk_test_expired", webhookSecrets: [] });
  const secrets = mockClient(client as never).on(GetSecretValueCommand as never);
  secrets.resolves({ SecretString } as never);
  const lines: string[] = [];
  const config = readConfig({ STRIPE_SECRET_ARN: "arn", STRIPE_API_BASE: stripeApiBase });
  let now = 0;
  const log = jsonLog({ stage: "test" }, (line) => lines.push(line));
  const gatewayOf = configured(openGateway(config, () => now, log, client));
  const counted = () => lines.filter((line) => line.includes('"StripeKeyRefused":1')).length;

  const gateway = await gatewayOf();
  await gateway.listEvents({ createdAfter: "2027-01-01T00:00:00Z" });
  await gateway.createRefund({ chargeId: "ch_1", amount: 100, metadata: {} }, "key");
  expect(counted()).toBe(2);

  secrets.resolves({ SecretString: SecretString.replace("expired", "sound") } as never);
  now = 300_000;
  await (await gatewayOf()).retrieveRefund("re_1");
  expect(counted()).toBe(2);
});
