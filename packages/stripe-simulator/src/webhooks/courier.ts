import http from "node:http";
import https from "node:https";
import type { EndpointNotes } from "../resources/webhook-endpoints.ts";
import type { World } from "../world.ts";
import type { Delivery } from "./deliveries.ts";
import { signPayload } from "./signature.ts";

const abreast = 8;
const patienceMs = 10_000;

/** The status of the answer, once it is complete. Redirects are not followed. */
function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const { request } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, signal: AbortSignal.timeout(patienceMs) };
    const sent = request(url, options, (response) => {
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/**
 * Sends one event to one endpoint, signed with the virtual time. Any status but 2xx is a failure and is retried. A
 * disabled endpoint gets nothing.
 */
async function send(world: World, delivery: Delivery): Promise<void> {
  const endpoint = world.objects.find("webhook_endpoint", delivery.endpointId);
  const event = world.objects.find("event", delivery.eventId);
  if (!endpoint || !event) return world.deliveries.failed(delivery.id, "gone");
  if (endpoint.status !== "enabled") return world.deliveries.abandoned(delivery.id, "the endpoint is disabled");
  const payload = JSON.stringify({ ...event, api_version: endpoint.api_version ?? event.api_version }, null, 2);
  const notes = world.objects.notes<EndpointNotes>(endpoint.id);
  const secrets = [
    notes.secret,
    ...(notes.previous && notes.previous.until > world.seconds() ? [notes.previous.secret] : []),
  ];
  try {
    const status = await post(endpoint.url, payload, {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signPayload(payload, secrets, world.seconds()),
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    });
    if (status >= 200 && status < 300) world.deliveries.succeeded(delivery.id);
    else world.deliveries.failed(delivery.id, `answered ${status}`);
  } catch (error) {
    world.deliveries.failed(delivery.id, error instanceof Error ? error.message : String(error));
  }
}

/** Sends all pending deliveries of one kind, several in parallel. Returns the number of tries. */
export async function deliverDue(world: World, which: "free" | "held"): Promise<number> {
  let tried = 0;
  for (;;) {
    const batch = world.deliveries.due(world.now(), which, abreast);
    if (batch.length === 0) return tried;
    await Promise.all(batch.map((delivery) => send(world, delivery)));
    tried += batch.length;
  }
}
