import type { Kept } from "@clearing/local";
import { formatMoney } from "../../packages/domain/src/money/index.ts";
import type { Happening } from "./happening.ts";

type StripeObject = {
  id: string;
  object: string;
  created: number;
  amount?: number;
  amount_total?: number;
  currency?: string;
  status?: string;
  metadata?: { bookingId?: string; correlationId?: string };
};

const lists = ["checkout/sessions", "payment_intents", "setup_intents", "charges", "refunds"];
/** The time-out of a request to Stripe. */
const patienceMs = 10_000;
const mostPages = 20;

/** Stripe's objects of a booking, as its API returns them. */
export async function stripeObjectsOf(
  { stripe }: Kept,
  bookingId: string,
  items: readonly Record<string, unknown>[],
): Promise<Happening[]> {
  const customers = new Set(items.flatMap(({ customerId }) => (typeof customerId === "string" ? [customerId] : [])));
  const found = await Promise.all(
    lists.flatMap((list) =>
      // Refunds cannot be listed by customer.
      list === "refunds" ? [listed(stripe, list, null)] : [...customers].map((id) => listed(stripe, list, id)),
    ),
  );
  return found
    .flat()
    .filter(({ metadata }) => metadata?.bookingId === bookingId)
    .map((object) => ({
      at: new Date(object.created * 1_000).toISOString(),
      kind: "stripe",
      correlationId: object.metadata?.correlationId ?? null,
      title: titleOf(object),
      detail: object,
    }));
}

function titleOf({ object, id, status, amount, amount_total: total, currency }: StripeObject): string {
  const sum = amount ?? total;
  const money = sum === undefined || sum === null || !currency ? "" : ` of ${formatMoney(sum, currency)}`;
  return `${object} ${id}${money}${status ? `, ${status}` : ""}`;
}

async function listed(
  { url, secretKey }: Kept["stripe"],
  list: string,
  customer: string | null,
): Promise<StripeObject[]> {
  const objects: StripeObject[] = [];
  for (let page = 0; page < mostPages; page++) {
    const last = objects.at(-1)?.id;
    const query = new URLSearchParams({
      limit: "100",
      ...(customer !== null && { customer }),
      ...(last !== undefined && { starting_after: last }),
    });
    const answer = await fetch(`${url}/v1/${list}?${query}`, {
      headers: { authorization: `Bearer ${secretKey}` },
      signal: AbortSignal.timeout(patienceMs),
    });
    // Lists fail for a deleted customer.
    if (answer.status === 404 || answer.status === 400) return objects;
    if (!answer.ok) throw new Error(`Stripe answers ${answer.status} to a list of ${list}`);
    const { data, has_more: more } = (await answer.json()) as { data: StripeObject[]; has_more: boolean };
    objects.push(...data);
    if (!more) break;
  }
  return objects;
}
