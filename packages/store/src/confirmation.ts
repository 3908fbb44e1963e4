import type { Booking, confirm } from "@clearing/domain/booking";
import type { ActionContext } from "./action-context.ts";
import { bookingWrites } from "./booking.ts";
import { checkCleared } from "./clearance.ts";
import type { Guarded } from "./commit.ts";
import { checkTaken } from "./place-claim.ts";
import type { Store } from "./store.ts";

/**
 * The writes of a confirmation. DynamoDB refuses them (`stale`) unless every fact of I2 holds in the transaction: the
 * deposit is settled, the current agreement version is signed, the participant has accepted, both evaluations are
 * cleared through the cohort's last day by two people other than the participant (one if the program allows it), and
 * the place is this booking's.
 */
export function confirmationWrites(
  store: Store,
  booking: Booking,
  change: ReturnType<typeof confirm>,
  occasion: ActionContext,
): Guarded<"stale">[] {
  const { endsOn } = booking.terms;
  const deposit = booking.dues.findIndex((due) => due.kind === "deposit");
  return [
    ...bookingWrites(store, booking, change, occasion, {
      condition:
        `#status = :awaiting AND dues[${deposit}].#status = :paid` + // I2: the deposit is settled
        " AND agreement.signedVersion = agreement.#version" + // I2: the agreement is signed
        " AND participation = :accepted", // I2: the participant takes part
      names: { "#status": "status" },
      values: { ":awaiting": "awaiting_clearance", ":paid": "paid", ":accepted": "accepted" },
    }),
    checkCleared(store, booking),
    checkTaken(store, booking, endsOn), // I2: the place is ours
  ];
}
