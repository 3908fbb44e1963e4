import { plusHours } from "@clearing/domain/time";
import type { GatewayFailure, GatewayResult } from "@clearing/payments";
import {
  type Customer,
  readCustomer,
  recordCustomer,
  replaceCustomer,
  requestCustomer,
} from "@clearing/store/customer";
import { replayableHours, type Services } from "./services.ts";

type EnsuredCustomer = { ok: true; customerId: string } | { ok: false; reason: "conflict" } | GatewayFailure;

/**
 * The client's one customer at Stripe, made at the first checkout under a key of its own. A client is who has the
 * verified address, whether they booked themselves or an admin did for them. `gone` is the customer that Stripe no
 * longer has: where that is the stored one, another is made. `known` is the customer as it was just read, null where
 * there is none yet; without it the customer is read.
 */
export async function ensureCustomer(
  services: Services,
  email: string,
  { gone, known: read }: { gone?: string | undefined; known?: Customer | null | undefined } = {},
): Promise<EnsuredCustomer> {
  const { store, ids, clock } = services;
  const asked = { id: ids.next("cli"), email, requestedAt: clock.now() };
  const known = (read === undefined ? await readCustomer(store, email) : read) ?? (await requestCustomer(store, asked));
  const isGone = gone !== undefined && known.customerId === gone;
  const customer = isGone ? await replaceCustomer(store, known, asked) : known;
  if (customer.customerId !== null) return { ok: true, customerId: customer.customerId };
  const replayable = customer.requestedAt > plusHours(clock.now(), -replayableHours);
  const made = replayable ? await createCustomer(services, customer) : await findCustomer(services, customer);
  if (!made.ok) return made.kind === "saved_failure" ? findOrAskAgain(services, customer) : made;
  return made.value === null ? askAgain(services, customer) : recordCustomer(store, customer, made.value.customerId);
}

/** Stripe failed to make the customer, and will replay that: it is there all the same, or is asked for under another key. */
async function findOrAskAgain(services: Services, customer: Customer): Promise<EnsuredCustomer> {
  const found = await findCustomer(services, customer);
  if (!found.ok) return found;
  if (found.value === null) return askAgain(services, customer);
  return recordCustomer(services.store, customer, found.value.customerId);
}

/** Asks once under a new id, which is stored before. A customer of the old one that shows up later is used by nobody. */
async function askAgain(services: Services, customer: Customer): Promise<EnsuredCustomer> {
  const { store, ids, clock } = services;
  const next = await replaceCustomer(store, customer, { id: ids.next("cli"), requestedAt: clock.now() });
  if (next.customerId !== null) return { ok: true, customerId: next.customerId };
  const made = await createCustomer(services, next);
  return made.ok ? recordCustomer(store, next, made.value.customerId) : made;
}

/** The address as it was first asked with: a replay has to send the same. */
function createCustomer({ gateway, site }: Services, { id, email }: Customer) {
  return gateway.createCustomer({ email, metadata: { app: "clearing", stage: site.stage, clientId: id } }, id);
}

/** Looked up among the customers of the address. Null: it was never made, which the whole list proves. */
async function findCustomer(
  services: Services,
  customer: Customer,
): Promise<GatewayResult<{ customerId: string } | null>> {
  let after: string | undefined;
  do {
    const page = await services.gateway.listCustomers(customer.email, after);
    if (!page.ok) return page;
    const found = page.value.items.find(({ metadata }) => metadata.clientId === customer.id);
    if (found !== undefined) return { ok: true, value: found };
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return { ok: true, value: null };
}
