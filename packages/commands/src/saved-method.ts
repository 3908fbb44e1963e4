import { type Booking, type BookingChange, loseMethod, updateMethod } from "@clearing/domain/booking";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { bookingsCollectedFrom } from "@clearing/store/collected-from";
import { type CommitResult, commit, untilFresh } from "@clearing/store/commit";
import type { Applied } from "./payment.ts";
import { occasionFor, type Services } from "./services.ts";

/**
 * Applies a payment method's state at Stripe to all bookings that collect from it: a detached method is lost, updated
 * card details are copied.
 */
export async function applyMethod(services: Services, methodId: string, action: string): Promise<Applied> {
  const found = await services.gateway.retrievePaymentMethod(methodId);
  if (!found.ok) return found;
  const { customerId, ...method } = found.value;
  return changeBookings(services, methodId, action, (booking, now) =>
    customerId === booking.savedMethod?.customerId
      ? updateMethod(booking, methodId, method, now)
      : loseMethod(booking, methodId, "detached", now),
  );
}

/** A deleted customer has no payment methods any more. */
export async function applyCustomer(services: Services, customerId: string, action: string): Promise<Applied> {
  const found = await services.gateway.retrieveCustomer(customerId);
  if (!found.ok) return found;
  if (!found.value.deleted) return { ok: true };
  return changeBookings(services, customerId, action, (booking, now) =>
    booking.savedMethod?.customerId === customerId
      ? loseMethod(booking, booking.savedMethod.id, "customer_deleted", now)
      : null,
  );
}

/** An inactive mandate: the bank account is no longer debited. */
export async function applyMandate(services: Services, mandateId: string, action: string): Promise<Applied> {
  const found = await services.gateway.retrieveMandate(mandateId);
  if (!found.ok) return found;
  const { status, methodId } = found.value;
  if (status !== "inactive" || methodId === null) return { ok: true };
  return changeBookings(services, methodId, action, (booking, now) =>
    booking.savedMethod?.mandateId === mandateId ? loseMethod(booking, methodId, "mandate_withdrawn", now) : null,
  );
}

/**
 * Changes each booking that collects from a Stripe object. A booking with another method, or one that is changed
 * already, stays unchanged.
 */
async function changeBookings(
  services: Services,
  stripeId: string,
  action: string,
  decide: (booking: Booking, now: string) => BookingChange | null,
): Promise<Applied> {
  for (const bookingId of await bookingsCollectedFrom(services.store, stripeId)) {
    const changed = await changeBooking(services, bookingId, action, decide);
    if (!changed.ok) return changed;
  }
  return { ok: true };
}

function changeBooking(
  services: Services,
  bookingId: string,
  action: string,
  decide: (booking: Booking, now: string) => BookingChange | null,
): Promise<CommitResult<never>> {
  const { store } = services;
  return untilFresh<CommitResult<never>>(store, async () => {
    const occasion = occasionFor(services, action);
    const before = await readBooking(store, bookingId);
    const change = before && decide(before, occasion.now);
    if (before === null || change === null) return { ok: true };
    return commit(store, bookingWrites(store, before, change, occasion));
  });
}
