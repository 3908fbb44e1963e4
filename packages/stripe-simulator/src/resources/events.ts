import { listPage } from "../http/list.ts";
import { boolean, list, paging, range, text } from "../http/params.ts";
import { invalidRequest, noSuch, noSuchReference } from "../http/stripe-error.ts";
import type { Routes } from "../routes.ts";
import type { World } from "../world.ts";

/** Events are available for 30 days. Source: docs.stripe.com/api/events. */
const retentionSeconds = 30 * 24 * 3600;

export function eventRoutes({ get }: Routes, world: World): void {
  const oldest = () => world.seconds() - retentionSeconds;
  /** An older event is also refused as a place to list from. */
  const isForgotten = (id: string) => (world.objects.find("event", id)?.created ?? 0) < oldest();

  get(
    "/v1/events",
    { created: range(), delivery_success: boolean(), type: text(), types: list(text(), 20), ...paging },
    (params) => {
      if (params.type !== undefined && params.types !== undefined) {
        throw invalidRequest("You may only specify one of these parameters: type, types.", {
          code: "parameters_exclusive",
          param: "type",
        });
      }
      for (const param of ["starting_after", "ending_before"] as const) {
        const id = params[param];
        if (id !== undefined && isForgotten(id)) throw noSuchReference("event", id, param);
      }
      const created = { ...params.created, gte: Math.max(params.created?.gte ?? 0, oldest()) };
      const missed = params.delivery_success === undefined ? undefined : world.deliveries.undelivered();
      const where = {
        type: params.types ?? params.type,
        ...(params.delivery_success === false ? { id: missed ?? [] } : {}),
      };
      const page = listPage(world, "event", "/v1/events", { ...params, created }, where);
      const data = page.data.filter(({ id }) => params.delivery_success !== true || !missed?.includes(id));
      return {
        ...page,
        data: data.map((event) => ({ ...event, pending_webhooks: world.deliveries.waiting(event.id) })),
      };
    },
  );
  get("/v1/events/:id", {}, (_params, { id = "" }) => {
    const event = world.objects.find("event", id);
    if (!event || event.created < oldest()) throw noSuch("event", id);
    return { ...event, pending_webhooks: world.deliveries.waiting(id) };
  });
}
