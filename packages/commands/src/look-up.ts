import type { Attempt } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { GatewayResult, ListedBy, Metadata, Page } from "@clearing/payments";
import { requireKnown } from "./require-known.ts";
import type { Services } from "./services.ts";

type Named = { metadata: Metadata };
/** An attempt or setup that was sent to Stripe with its id in the metadata. */
export type Asked = Pick<Attempt, "id" | "customerId" | "createdAt">;
type List<Reduced> = (query: ListedBy, startingAfter?: string) => Promise<GatewayResult<Page<Reduced>>>;

/**
 * Finds the Stripe object of an attempt or a setup that never got an answer, in the list of its customer. Null: Stripe
 * has none, which proves that none was created. If the customer was deleted since, searches the time in which the
 * object can have been created: until `madeUntil`, by our clock.
 */
export async function lookUp<Reduced extends Named>(
  services: Services,
  asked: Asked,
  list: List<Reduced>,
  madeUntil: Instant,
): Promise<GatewayResult<Reduced | null>> {
  const { customerId, createdAt } = asked;
  const listed = await oldestOf(asked, list, { customerId });
  if (listed.ok || listed.kind !== "invalid") return listed;
  // If Stripe does not even know the customer as deleted, it belongs to another account: nothing can be decided.
  const customer = requireKnown(await services.gateway.retrieveCustomer(customerId), customerId);
  if (!customer.ok) return customer;
  if (!customer.value.deleted)
    throw new Failure("stripe list of an existing customer failed", { customerId, code: listed.code });
  return oldestOf(asked, list, {
    createdFrom: plusMinutes(createdAt, -clockMinutes),
    createdTo: plusMinutes(madeUntil, clockMinutes),
  });
}

/** How many minutes Stripe's clock may differ from ours. */
export const clockMinutes = 5;

async function oldestOf<Reduced extends Named>(
  asked: Asked,
  list: List<Reduced>,
  query: ListedBy,
): Promise<GatewayResult<Reduced | null>> {
  let after: string | undefined;
  let oldest: Reduced | undefined;
  do {
    const page = await list(query, after);
    if (!page.ok) return page;
    oldest = page.value.items.findLast(({ metadata }) => metadata.attemptId === asked.id) ?? oldest;
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  // The oldest one is ours; a later object with the attempt's id is a copy.
  return { ok: true, value: oldest ?? null };
}
