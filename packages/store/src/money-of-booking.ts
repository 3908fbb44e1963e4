import type { Booking, Charge, Refund } from "@clearing/domain/booking";
import { readBooking } from "./booking.ts";
import { readCharges } from "./charge.ts";
import { readRefunds } from "./refund.ts";
import type { Store } from "./store.ts";

type MoneyOfBooking = { booking: Booking; charges: Charge[]; refunds: Refund[] };

/** The maximum number of reads if the booking keeps changing. */
const mostReads = 3;

/**
 * A booking with its charges and refunds as of one instant; null if the booking does not exist. If the booking keeps
 * changing, returns the last read.
 */
export async function readMoneyOf(store: Store, id: string): Promise<MoneyOfBooking | null> {
  for (let read = 1; ; read++) {
    const booking = await readBooking(store, id);
    if (booking === null) return null;
    const [charges, refunds] = await Promise.all([readCharges(store, id), readRefunds(store, id)]);
    const after = await readBooking(store, id);
    if (after?.version === booking.version || read === mostReads) {
      return { booking, charges, refunds };
    }
  }
}
