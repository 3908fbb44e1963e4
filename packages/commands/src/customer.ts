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
 * The client's Stripe customer, created at the first checkout under a separate idempotency key. A client is a verified
 * address, whether the client or an admin made the booking. `gone` is a customer that Stripe no longer has; if it is
 * the stored one, a new customer is created. `known` is the record that the caller has just read, or null if it found no
 * record. If `known` is omitted, the record is read here.
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

/**
 * Stripe failed to create the customer and replays that failure. The customer may exist nevertheless; otherwise it is
 * created under another key.
 */
async function findOrAskAgain(services: Services, customer: Customer): Promise<EnsuredCustomer> {
  const found = await findCustomer(services, customer);
  if (!found.ok) return found;
  if (found.value === null) return askAgain(services, customer);
  return recordCustomer(services.store, customer, found.value.customerId);
}

/**
 * Creates the customer under a new id, which is stored first. If a customer of the old id appears later, nothing uses
 * it.
 */
async function askAgain(services: Services, customer: Customer): Promise<EnsuredCustomer> {
  const { store, ids, clock } = services;
  const next = await replaceCustomer(store, customer, { id: ids.next("cli"), requestedAt: clock.now() });
  if (next.customerId !== null) return { ok: true, customerId: next.customerId };
  const made = await createCustomer(services, next);
  return made.ok ? recordCustomer(store, next, made.value.customerId) : made;
}

/** Sends the address as first stored: a replay must send the same parameters. */
function createCustomer({ gateway, site }: Services, { id, email }: Customer) {
  return gateway.createCustomer({ email, metadata: { app: "clearing", stage: site.stage, clientId: id } }, id);
}

/** Looks the customer up among those of the address. Null: it was never created, which the complete list proves. */
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
