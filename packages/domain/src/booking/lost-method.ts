import type { DomainEvent } from "../event/index.ts";
import type { CalendarDate, Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, type SavedMethod } from "./booking.ts";
import { nextVersion } from "./next-version.ts";

/** Why a saved method is gone. */
type Loss = Exclude<SavedMethod["unusable"], "declined" | null>;

/** Why Stripe shows a method as gone. */
export type LossAtStripe = Exclude<Loss, "refused">;

/** Whether a method still exists; a declined one does. */
const isThere = ({ unusable }: SavedMethod): boolean => unusable === null || unusable === "declined";

/** The changes and events of a booking whose saved method is gone: automatic collection ends with it. */
export type LostMethod = {
  changes: Pick<Booking, "savedMethod" | "autopay">;
  events: (after: Booking) => DomainEvent[];
};

/**
 * What changes when the method with this id is gone; null if the booking has another method, or lost this one before.
 */
export function lostMethod({ savedMethod, autopay }: Booking, methodId: string, reason: Loss): LostMethod | null {
  if (savedMethod?.id !== methodId || !isThere(savedMethod)) return null;
  return {
    changes: { savedMethod: { ...savedMethod, unusable: reason }, autopay: false },
    events: (after) => (autopay ? [bookingEvent(after, "AutopayChanged", { autopay: false, reason })] : []),
  };
}

/** Stripe reports that a saved method is gone: automatic collection ends at once. Null if nothing changes. */
export function loseMethod(before: Booking, methodId: string, reason: Loss, now: Instant): BookingChange | null {
  const lost = lostMethod(before, methodId, reason);
  return lost && nextVersion(before, now, lost.changes, (after) => ({ events: lost.events(after), journal: [] }));
}

/** The details that a card network updates on a saved card: another number or expiry date, the same account. */
export type MethodUpdate = { fingerprint: string | null; last4: string | null; expiresOn: CalendarDate | null };

/**
 * Applies the card network's update to the saved method; the permission stays. The method counts as updated now, so a
 * due with no retry left is tried once more. Null if nothing changes.
 */
export function updateMethod(
  before: Booking,
  methodId: string,
  { fingerprint, last4, expiresOn }: MethodUpdate,
  now: Instant,
): BookingChange | null {
  const { savedMethod: method } = before;
  if (method?.id !== methodId || !isThere(method)) return null;
  const isSame = method.fingerprint === fingerprint && method.last4 === last4 && method.expiresOn === expiresOn;
  if (isSame) return null;
  const savedMethod: SavedMethod = { ...method, fingerprint, last4, expiresOn, updatedAt: now, unusable: null };
  return nextVersion(before, now, { savedMethod }, () => ({ events: [], journal: [] }));
}
