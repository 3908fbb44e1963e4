import { plusHours } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult } from "@clearing/payments";
import {
  type Customer,
  readCustomer,
  recordCustomer,
  replaceCustomer,
  requestCustomer,
} from "@clearing/store/customer";
import { type Context, replayableHours } from "./context.ts";

/**
 * The client's one customer at Stripe, made at the first checkout under a key of its own. A client is who has the
 * verified address, whether they booked themselves or an admin did for them. `gone` is the customer that Stripe no
 * longer has: where that is the stored one, another is made.
 */
export async function ensureCustomer(
  context: Context,
  email: string,
  gone?: string,
): Promise<{ ok: true; customerId: string } | { ok: false; reason: "conflict" } | GatewayFailure> {
  const { store, ids, clock } = context;
  const asked = { id: ids.next("cli"), email, requestedAt: clock.now() };
  const known = (await readCustomer(store, email)) ?? (await requestCustomer(store, asked));
  const isGone = gone !== undefined && known.customerId === gone;
  const customer = isGone ? await replaceCustomer(store, known, asked) : known;
  if (customer.customerId !== null) return { ok: true, customerId: customer.customerId };
  const made = await customerAtStripe(context, customer);
  return made.ok ? recordCustomer(store, customer, made.value.customerId) : made;
}

function customerAtStripe(context: Context, customer: Customer): Promise<GatewayResult<{ customerId: string }>> {
  const replayable = customer.requestedAt > plusHours(context.clock.now(), -replayableHours);
  return replayable ? createCustomer(context, customer) : findOrCreateCustomer(context, customer);
}

/** The address as it was first asked with: a replay has to send the same. */
function createCustomer({ gateway, site }: Context, { id, email }: Customer) {
  return gateway.createCustomer({ email, metadata: { app: "clearing", stage: site.stage, clientId: id } }, id);
}

/** Too old to replay: looked up among the customers of the address. That none is listed proves that it was never made. */
async function findOrCreateCustomer(
  context: Context,
  customer: Customer,
): Promise<GatewayResult<{ customerId: string }>> {
  let after: string | undefined;
  do {
    const page = await context.gateway.listCustomers(customer.email, after);
    if (!page.ok) return page;
    const found = page.value.items.find(({ metadata }) => metadata.clientId === customer.id);
    if (found !== undefined) return { ok: true, value: found };
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return createCustomer(context, customer);
}
