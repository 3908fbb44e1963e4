import { Failure } from "../failure/index.ts";
import type { Instant } from "../time/index.ts";
import type { Charge } from "./charge.ts";
import { type Refund, type RefundPart, refundDeadline } from "./refund.ts";
import { refundPart } from "./refund-request.ts";

/** How many charges one transaction refunds: far below the 100 items that DynamoDB allows. */
const chargesAtOnce = 20;

/**
 * Spreads the next slice of a refund over charges of its currency, newest first. It takes at most `applied` of each
 * charge (I6): any refundable amount beyond that is owed to a failed refund. `added` are the slice's parts; null if
 * nothing is left to spread. Throws if the charges hold less than the refund: the debt does not match what was
 * captured, and staff must investigate.
 */
export function spreadRefund(
  before: Refund,
  charges: Charge[],
  now: Instant,
  most = chargesAtOnce,
): { refund: Refund; added: RefundPart[] } | null {
  if (before.unspread === 0) return null;
  const newestFirst = charges
    .filter(({ currency, applied }) => currency === before.currency && applied > 0)
    .toSorted((a, b) =>
      a.createdAt === b.createdAt ? b.id.localeCompare(a.id) : b.createdAt.localeCompare(a.createdAt),
    );
  const held = newestFirst.reduce((sum, { applied }) => sum + applied, 0);
  if (held < before.unspread) {
    throw new Failure("refunds exceed captured money", { refundId: before.id, amount: before.unspread - held });
  }
  let unspread = before.unspread;
  const added: RefundPart[] = [];
  for (const charge of newestFirst.slice(0, most)) {
    const share = Math.min(unspread, charge.applied);
    if (share === 0) break;
    unspread -= share;
    added.push(refundPart(before.id, before.parts.length + added.length + 1, charge, share));
  }
  const spread = { unspread, parts: [...before.parts, ...added] };
  return { refund: { ...before, ...spread, version: before.version + 1, dueAt: refundDeadline(spread, now) }, added };
}
