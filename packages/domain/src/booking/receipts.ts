import type { Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { givesNothing, type Refund } from "./refund.ts";

/** One payment or refund between a client and their booking, in minor units. */
type Receipt = { id: string; at: Instant; kind: "payment" | "refund"; amount: number; dueIds: string[] };

const duesOf = ({ dueId, dueIds }: Charge): string[] => dueIds ?? (dueId === null ? [] : [dueId]);

/**
 * The payments and refunds of a booking, in order of time. Failed and refused refunds are left out. A refund that is
 * not spread over payments yet names no due. Money in another currency pays nothing on the booking and is left out.
 */
export function receiptsOf(
  { currency }: Pick<Booking, "currency">,
  charges: readonly Charge[],
  refunds: readonly Refund[],
): Receipt[] {
  const own = <Money extends { currency: string }>(money: Money) => money.currency === currency;
  const payments = charges.filter(own).map(
    (charge): Receipt => ({
      ...{ id: charge.id, at: charge.createdAt, kind: "payment", amount: charge.amount },
      dueIds: duesOf(charge),
    }),
  );
  const given = refunds.filter(own).flatMap(({ id, requestedAt: at, unspread, parts }): Receipt[] => [
    ...parts
      .filter((part) => !givesNothing(part))
      .map((part): Receipt => {
        const charge = charges.find((one) => one.id === part.chargeId);
        return {
          id: part.id,
          at,
          kind: "refund",
          amount: part.amount,
          dueIds: charge === undefined ? [] : duesOf(charge),
        };
      }),
    ...(unspread === 0 ? [] : [{ id, at, kind: "refund" as const, amount: unspread, dueIds: [] }]),
  ]);
  return [...payments, ...given].toSorted((a, b) => a.at.localeCompare(b.at));
}
