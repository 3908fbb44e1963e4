import { type Booking, usableMethod } from "@clearing/domain/booking";

type Text = { version: number; hash: string; html: string };

/** The permission to collect as the API shows it: of the method no more than its client needs to know it again. */
export function autopayView(booking: Booking, { version, hash, html }: Text) {
  const method = usableMethod(booking);
  return {
    enabled: booking.autopay,
    method: method && { type: method.type, last4: method.last4, expiresOn: method.expiresOn },
    version,
    hash,
    html,
  };
}
