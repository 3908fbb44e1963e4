import type { Attempt } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { GatewayResult, ListedBy, Metadata, Page } from "@clearing/payments";
import { requireKnown } from "./require-known.ts";
import type { Services } from "./services.ts";

type Named = { metadata: Metadata };
/** What was asked of Stripe under its own id. */
export type Asked = Pick<Attempt, "id" | "customerId" | "createdAt">;
type List<Facts> = (query: ListedBy, startingAfter?: string) => Promise<GatewayResult<Page<Facts>>>;

/**
 * The object of which an attempt or a setup never heard, looked up among those of its customer; null when Stripe has none, which
 * proves that none was made. Where the customer was deleted since, it is looked up by the time in which it can have been
 * made: until `madeUntil`, by our clock.
 */
export async function lookUp<Facts extends Named>(
  services: Services,
  asked: Asked,
  list: List<Facts>,
  madeUntil: Instant,
): Promise<GatewayResult<Facts | null>> {
  const { customerId, createdAt } = asked;
  const listed = await oldestOf(asked, list, { customerId });
  if (listed.ok || listed.kind !== "invalid") return listed;
  // A customer that Stripe does not even show as deleted is one of another account: nothing can be told from here.
  const customer = requireKnown(await services.gateway.retrieveCustomer(customerId), customerId);
  if (!customer.ok) return customer;
  if (!customer.value.deleted)
    throw new Failure("stripe list of an existing customer failed", { customerId, code: listed.code });
  return oldestOf(asked, list, {
    createdFrom: plusMinutes(createdAt, -clockMinutes),
    createdTo: plusMinutes(madeUntil, clockMinutes),
  });
}

/** How far Stripe's clock may be from ours. */
export const clockMinutes = 5;

async function oldestOf<Facts extends Named>(
  asked: Asked,
  list: List<Facts>,
  query: ListedBy,
): Promise<GatewayResult<Facts | null>> {
  let after: string | undefined;
  let oldest: Facts | undefined;
  do {
    const page = await list(query, after);
    if (!page.ok) return page;
    oldest = page.value.items.findLast(({ metadata }) => metadata.attemptId === asked.id) ?? oldest;
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  // Ours was the first to carry the attempt's id: a later one is a copy.
  return { ok: true, value: oldest ?? null };
}
