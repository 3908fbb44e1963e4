import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Gateway } from "../gateway.ts";
import { stripeGateway } from "../stripe-gateway.ts";

type Seen = {
  method: string;
  url: string;
  key: string | undefined;
  version: string | undefined;
  body: string;
  form: URLSearchParams;
};
export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** A Stripe that answers its nth request with the nth reply; the last reply repeats. It ends with the test. */
export async function stripeThat(...replies: Reply[]): Promise<{ gateway: Gateway; seen: Seen[]; pauses: number[] }> {
  const seen: Seen[] = [];
  const pauses: number[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    seen.push({
      method,
      url: decodeURIComponent(url),
      key: headers["idempotency-key"] as string | undefined,
      version: headers["stripe-version"] as string | undefined,
      body: decodeURIComponent(body),
      form: new URLSearchParams(body),
    });
    replies[Math.min(seen.length, replies.length) - 1]?.(response, request);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gateway: gatewayTo(apiBase, pauses), seen, pauses };
}

export function gatewayTo(apiBase: string, pauses: number[] = []): Gateway {
  return stripeGateway({
    secretKey: "sk_test_stub",
    apiBase,
    timeoutMs: 150,
    random: () => 0.5,
    sleep: async (ms) => {
      pauses.push(ms);
    },
  });
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
/** A page of a list. */
export const listOf = (data: object[], { more = false } = {}): Reply =>
  json(200, { object: "list", data, has_more: more });
export const stripeError = (status: number, error: Record<string, unknown>): Reply => json(status, { error });
export const silence: Reply = () => undefined;
export const hangUp: Reply = (_response, request) => request.socket.destroy();

export const customer = { id: "cus_1", object: "customer" };
export const charge = {
  id: "ch_1",
  object: "charge",
  amount: 250000,
  amount_refunded: 0,
  currency: "usd",
  status: "succeeded",
  created: 1798761600,
  payment_intent: "pi_1",
  payment_method: "pm_1",
  payment_method_details: {
    type: "card",
    card: { fingerprint: "fp_1", mandate: null, network_transaction_id: "nti_1" },
  },
  balance_transaction: {
    ...{ id: "txn_1", object: "balance_transaction", currency: "usd", created: 1798761660 },
    ...{ amount: 250000, fee: 7280, net: 242720 },
  },
  metadata: {},
};
export const intent = {
  id: "pi_1",
  object: "payment_intent",
  status: "succeeded",
  amount: 250000,
  amount_received: 250000,
  currency: "usd",
  created: 1798761600,
  customer: "cus_1",
  payment_method_types: ["card"],
  last_payment_error: null,
  latest_charge: charge,
  metadata: { attemptId: "att_1" },
};
export const session = {
  id: "cs_1",
  object: "checkout.session",
  status: "complete",
  url: null,
  expires_at: 1798763460,
  created: 1798761600,
  customer: "cus_1",
  payment_intent: intent,
  metadata: { attemptId: "att_1" },
};
