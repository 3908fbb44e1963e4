import { hasCome, type Instant } from "../time/index.ts";
import type { OffSessionAttempt } from "./attempt.ts";
import type { Booking, BookingChange, SavedMethod } from "./booking.ts";
import { chargeableMethod } from "./chargeable-method.ts";
import { type Due, replaceDue, unpaid } from "./due.ts";
import { nextTryAt } from "./next-try.ts";
import { nextVersion } from "./next-version.ts";
import { isPaused } from "./pause.ts";
import { awaitsDebitNotice } from "./varied-debit.ts";

/** So many tries one transaction begins: each adds an attempt, and the sweep comes again for the rest. */
const triesAtOnce = 10;

/** The attempts are written with the booking, before Stripe is asked for anything. */
export type BegunTries = BookingChange & { attempts: OffSessionAttempt[] };

/**
 * Begins to collect, with the saved method, the dues whose time has come and for which nothing is under way. Null when
 * there are none.
 */
export function beginTries(before: Booking, attemptId: () => string, now: Instant): BegunTries | null {
  const method = chargeableMethod(before);
  if (method === null) return null;
  const attempts = before.dues
    .filter((due) => isToTry(before, due, now))
    .slice(0, triesAtOnce)
    .map((due) => tryOf(before, due, { id: attemptId(), method }, now));
  if (attempts.length === 0) return null;
  let { dues } = before;
  for (const { id, dueId } of attempts) {
    const due = dues.find((one) => one.id === dueId);
    if (due !== undefined) dues = replaceDue(dues, { ...due, openAttemptId: id, openPart: false });
  }
  return { attempts, ...nextVersion(before, now, { dues }, () => ({ events: [], journal: [] })) };
}

function isToTry(booking: Booking, due: Due, now: Instant): boolean {
  const at = due.openAttemptId === null ? nextTryAt(booking, due, now) : null;
  return at !== null && hasCome(at, now) && !awaitsDebitNotice(booking, due);
}

const tryOf = (
  { id: bookingId, currency, terms }: Booking,
  due: Due,
  { id, method }: { id: string; method: SavedMethod },
  now: Instant,
): OffSessionAttempt => ({
  id,
  version: 1,
  bookingId,
  dueId: due.id,
  purpose: "due",
  amount: unpaid(due),
  currency,
  customerId: method.customerId,
  description: terms.publicLabel,
  via: "off_session",
  paymentMethodId: method.id,
  methodType: method.type,
  fingerprint: method.fingerprint,
  mandateId: method.mandateId,
  status: "requested",
  paymentIntentId: null,
  chargeId: null,
  feePosted: false,
  failureCode: null,
  createdAt: now,
  dueAt: now,
});

/**
 * Whether a try that was begun may be made at Stripe now: it is still the one that collects its due, by the permission
 * and with the method that it was begun with, and staff have not paused collection.
 */
export function mayBeMade(booking: Booking, attempt: OffSessionAttempt): boolean {
  const due = booking.dues.find(({ id }) => id === attempt.dueId);
  const isItsOwn = due?.openAttemptId === attempt.id && attempt.status === "requested";
  return (
    isItsOwn &&
    !isPaused(booking) &&
    unpaid(due) === attempt.amount &&
    chargeableMethod(booking)?.id === attempt.paymentMethodId
  );
}
