import { type Booking, collectsAutomatically, usableMethod } from "@clearing/domain/booking";

type Text = { version: number; hash: string; html: string };

/** Automatic collection in the API's schema. Of the method it shows only what lets the client recognize it. */
export function autopayView(booking: Booking, { version, hash, html }: Text) {
  const method = usableMethod(booking);
  return {
    enabled: collectsAutomatically(booking),
    method: method && { type: method.type, last4: method.last4, expiresOn: method.expiresOn },
    version,
    hash,
    html,
  };
}
