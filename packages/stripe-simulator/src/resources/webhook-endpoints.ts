import type { Stripe } from "stripe";
import { listPage } from "../http/list.ts";
import { applyMetadata, boolean, list, metadata, paging, required, text, unsettable } from "../http/params.ts";
import { invalidRequest, noSuch } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import { accountApiVersion, randomText, type World } from "../world.ts";

/** The signing secret and, during a rotation, the previous one until an instant in epoch seconds. */
export type EndpointNotes = { secret: string; previous?: { secret: string; until: number } };
export type EndpointOptions = {
  url: string;
  enabledEvents: string[];
  apiVersion?: string | null | undefined;
  description?: string | null | undefined;
  metadata?: Record<string, string> | undefined;
  secret?: string | undefined;
};

export function createEndpoint(world: World, given: EndpointOptions): Stripe.WebhookEndpoint & { secret: string } {
  if (!/^https?:\/\//.test(given.url))
    throw invalidRequest(`Not a valid URL: ${given.url}`, { code: "url_invalid", param: "url" });
  const secret = given.secret ?? `whsec_${randomText(32)}`;
  const endpoint: Stripe.WebhookEndpoint = {
    id: world.newId("we_1", 23),
    object: "webhook_endpoint",
    api_version: given.apiVersion ?? null,
    application: null,
    created: world.seconds(),
    description: given.description ?? null,
    enabled_events: given.enabledEvents,
    livemode: false,
    metadata: given.metadata ?? {},
    status: "enabled",
    url: given.url,
  };
  world.objects.insert<"webhook_endpoint">(endpoint, { secret } satisfies EndpointNotes);
  return { ...endpoint, secret };
}

/** Sets a new signing secret; both sign until the old one expires. At Stripe this is a button in the Dashboard. */
export function rollSecret(world: World, id: string, secret: string | undefined, overlapSeconds: number): string {
  const endpoint = world.objects.find("webhook_endpoint", id);
  if (!endpoint) throw noSuch("webhook endpoint", id);
  const { secret: old } = world.objects.notes<EndpointNotes>(id);
  const fresh = secret ?? `whsec_${randomText(32)}`;
  const notes: EndpointNotes = { secret: fresh, previous: { secret: old, until: world.seconds() + overlapSeconds } };
  world.objects.update<"webhook_endpoint">(endpoint, notes);
  return fresh;
}

const fields = {
  description: unsettable(text()),
  enabled_events: list(text(), 500),
  metadata: metadata(),
};

export function webhookEndpointRoutes({ get, post, del }: Routes, world: World): void {
  const existing = (id: string) => {
    const endpoint = world.objects.find("webhook_endpoint", id);
    if (!endpoint) throw noSuch("webhook endpoint", id);
    return endpoint;
  };
  post(
    "/v1/webhook_endpoints",
    {
      ...fields,
      enabled_events: required(fields.enabled_events),
      url: required(text()),
      api_version: text(),
      connect: boolean(),
    },
    (params) =>
      createEndpoint(world, {
        url: params.url,
        enabledEvents: params.enabled_events,
        apiVersion: params.api_version ?? accountApiVersion,
        description: params.description,
        metadata: applyMetadata({}, params.metadata),
      }),
  );
  get("/v1/webhook_endpoints", paging, (params) =>
    listPage(world, "webhook_endpoint", "/v1/webhook_endpoints", params),
  );
  get("/v1/webhook_endpoints/:id", {}, (_params, { id = "" }) => existing(id));
  post("/v1/webhook_endpoints/:id", { ...fields, url: text(), disabled: boolean() }, (params, { id = "" }) => {
    const endpoint = existing(id);
    const updated: Stripe.WebhookEndpoint = {
      ...endpoint,
      description: params.description === undefined ? endpoint.description : params.description,
      enabled_events: params.enabled_events ?? endpoint.enabled_events,
      metadata: applyMetadata(endpoint.metadata, params.metadata),
      status: params.disabled === undefined ? endpoint.status : params.disabled ? "disabled" : "enabled",
      url: params.url ?? endpoint.url,
    };
    world.objects.update<"webhook_endpoint">(updated);
    return updated;
  });
  del("/v1/webhook_endpoints/:id", {}, (_params, { id = "" }) => {
    existing(id);
    world.objects.remove(id);
    world.deliveries.forget(id);
    return { id, object: "webhook_endpoint", deleted: true };
  });
}
