import { createServer } from "node:http";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { openGateway } from "./stripe-account.ts";

/** Stands for Stripe: notes the keys that it is asked under. */
const asked: (string | undefined)[] = [];
const stripe = createServer((request, response) => {
  asked.push(request.headers.authorization);
  response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"type":"invalid_request_error"}}');
});
let stripeApiBase: string;
beforeAll(async () => {
  await new Promise<void>((ready) => stripe.listen(0, "127.0.0.1", ready));
  const address = stripe.address();
  stripeApiBase = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => stripe.close());

it("asks Stripe under a rolled key as soon as the secret is read again, and keeps its connections until then", async () => {
  const client = new SecretsManagerClient({ region: "us-east-1" });
  const secrets = mockClient(client as never);
  const holds = (secretKey: string) =>
    secrets
      .on(GetSecretValueCommand as never)
      .resolves({ SecretString: JSON.stringify({ secretKey, webhookSecrets: [] }) } as never);
  let now = 0;
  const config = readConfig({ STRIPE_SECRET_ARN: "arn", STRIPE_API_BASE: stripeApiBase });
  const gatewayOf = openGateway(config, () => now, client);

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
