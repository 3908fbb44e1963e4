import type { GatewayFailure } from "@clearing/payments";
import { readCustomer, recordCustomer, requestCustomer } from "@clearing/store/customer";
import type { Context } from "./context.ts";

/** The client's one customer at Stripe, made at the first checkout under a key of its own. */
export async function ensureCustomer(
  context: Context,
  owner: { sub: string; email: string },
): Promise<{ ok: true; customerId: string } | { ok: false; reason: "conflict" } | GatewayFailure> {
  const { store, gateway, site } = context;
  const known = (await readCustomer(store, owner.sub)) ?? (await requestCustomer(store, owner));
  if (known.customerId !== null) return { ok: true, customerId: known.customerId };
  // The address as it was first asked for: a replay has to send the same.
  const metadata = { app: "clearing", stage: site.stage, sub: owner.sub };
  const created = await gateway.createCustomer({ email: known.email, metadata }, `customer-${site.stage}-${owner.sub}`);
  if (!created.ok) return created;
  return recordCustomer(store, owner.sub, created.value.customerId);
}
