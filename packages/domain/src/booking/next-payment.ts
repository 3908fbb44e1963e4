import { dateIn, type Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";
import type { Due } from "./due.ts";
import { nextTry } from "./next-try.ts";

/**
 * How the rest of a due is paid next: with the saved method at an instant, or by its client through the link. The link
 * is used if no method can be tried (`client`), the card expires first (`card_expires`), or no bank debit is allowed in
 * the days before the start (`debit_free`).
 */
export type NextPayment =
  | { kind: "collected"; at: Instant; method: ShownMethod }
  | { kind: "link"; why: "client" }
  | { kind: "link"; why: "card_expires"; method: ShownMethod }
  /** `at`: when the bank account is debited if the due is still unpaid. */
  | { kind: "link"; why: "debit_free"; method: ShownMethod; at: Instant };

type ShownMethod = Pick<SavedMethod, "type" | "last4">;

/** How the rest of a due is paid next, as of `now`. */
export function nextPayment(booking: Booking, due: Due, now: Instant): NextPayment {
  const next = nextTry(booking, due, now);
  if (next === null) return { kind: "link", why: "client" };
  const { type, last4, expiresOn } = next.method;
  const method = { type, last4 };
  if (next.debitFree) return { kind: "link", why: "debit_free", method, at: next.at };
  const expires = expiresOn !== null && expiresOn < dateIn(booking.terms.timeZone, next.at);
  return expires ? { kind: "link", why: "card_expires", method } : { kind: "collected", at: next.at, method };
}
