import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";
import type { Due } from "./due.ts";
import { leftToClient, nextTry, nextTryAt } from "./next-try.ts";
import { willCancelOn } from "./non-payment.ts";

/**
 * How the rest of a due is paid next: with the saved method at an instant, or by its client through the link. The link
 * is used if no charge is planned (`client`), no method is saved although automatic collection is on (`no_method`), the
 * bank asks the client to be present (`authentication`), the saved method was declined for good (`method_declined`) or
 * is not tried again for this due (`not_retried`), the card expires first (`card_expires`), no bank debit is allowed in
 * the days before the start (`debit_free`), or the booking is cancelled for non-payment before one is
 * (`cancelled_first`). Every text about a due says what this decides.
 */
export type NextPayment =
  | { kind: "collected"; at: Instant; method: ShownMethod }
  | { kind: "link"; why: "client" }
  /** Another method is not tried either. */
  | { kind: "link"; why: "authentication" }
  /** A method is tried once it is saved. */
  | { kind: "link"; why: "no_method" }
  | { kind: "link"; why: "method_declined" | "not_retried"; method: ShownMethod }
  | CardExpires
  /** `at`: when the bank account is debited if the due is still unpaid. */
  | { kind: "link"; why: "debit_free"; method: ShownMethod; at: Instant }
  | { kind: "link"; why: "cancelled_first"; method: ShownMethod; cancelsOn: CalendarDate };

/** The card is charged at an instant all the same, because its network may accept it. */
export type CardExpires = { kind: "link"; why: "card_expires"; method: ShownMethod; at: Instant };

type ShownMethod = Pick<SavedMethod, "type" | "last4">;

/** How the rest of a due is paid next, as of `now`. */
export function nextPayment(booking: Booking, due: Due, now: Instant): NextPayment {
  const next = nextTry(booking, due, now);
  if (next === null) return withoutTry(booking, due);
  const { expiresOn } = next.method;
  const method = shown(next.method);
  const cancelsOn = cancelledBefore(booking, due, next.at, now);
  if (cancelsOn !== null) {
    return next.debitFree
      ? { kind: "link", why: "cancelled_first", method, cancelsOn }
      : { kind: "link", why: "client" };
  }
  if (next.debitFree) return { kind: "link", why: "debit_free", method, at: next.at };
  const expires = expiresOn !== null && expiresOn < dateIn(booking.terms.timeZone, next.at);
  const { at } = next;
  return expires ? { kind: "link", why: "card_expires", method, at } : { kind: "collected", at, method };
}

function withoutTry(booking: Booking, due: Due): NextPayment {
  const left = leftToClient(booking, due);
  if (left === null) return { kind: "link", why: "client" };
  return "method" in left
    ? { kind: "link", why: left.why, method: shown(left.method) }
    : { kind: "link", why: left.why };
}

const shown = ({ type, last4 }: SavedMethod): ShownMethod => ({ type, last4 });

/**
 * When the saved method is charged next for a due, unless the due is paid before; null if it is not charged, or if the
 * booking is cancelled for non-payment first.
 */
export function nextChargeAt(booking: Booking, due: Due, now: Instant): Instant | null {
  const at = nextTryAt(booking, due, now);
  return at === null || cancelledBefore(booking, due, at, now) !== null ? null : at;
}

/** The date on which non-payment of a due cancels its booking, if that is before a try; tries of that day come first. */
function cancelledBefore(booking: Booking, due: Due, at: Instant, now: Instant): CalendarDate | null {
  const cancelsOn = willCancelOn(booking, due, now);
  return cancelsOn !== null && cancelsOn < dateIn(booking.terms.timeZone, at) ? cancelsOn : null;
}
