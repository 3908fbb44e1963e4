import type { ObjectType, StoredObjects, Where } from "../objects.ts";
import type { World } from "../world.ts";
import type { Range } from "./params.ts";
import { invalidRequest, noSuchReference } from "./stripe-error.ts";

export type ListQuery = {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
  created?: Range | undefined;
};
export type ListAnswer<T> = { object: "list"; data: T[]; has_more: boolean; url: string };

/** One page, newest first. Source: docs.stripe.com/api/pagination. */
export function listPage<T extends ObjectType>(
  world: World,
  type: T,
  url: string,
  query: ListQuery,
  where: Where = {},
): ListAnswer<StoredObjects[T]> {
  if (query.starting_after !== undefined && query.ending_before !== undefined) {
    throw invalidRequest("You may only specify one of these parameters: starting_after, ending_before.", {
      code: "parameters_exclusive",
      param: "starting_after",
    });
  }
  const page = world.objects.page(type, {
    limit: query.limit ?? 10,
    startingAfter: query.starting_after,
    endingBefore: query.ending_before,
    created: query.created,
    where,
  });
  if (page === "no_cursor") {
    const param = query.starting_after === undefined ? "ending_before" : "starting_after";
    throw noSuchReference(type.replace("_", " "), query.starting_after ?? query.ending_before ?? "", param);
  }
  return { object: "list", data: page.data, has_more: page.hasMore, url };
}
