import { hasCome, type Instant } from "../time/index.ts";
import type { OffSessionAttempt } from "./attempt.ts";
import type { Booking, BookingChange, SavedMethod } from "./booking.ts";
import { chargeableMethod } from "./chargeable-method.ts";
import { type Due, replaceDue, unpaid } from "./due.ts";
import { awaitsHeldBackNotice } from "./held-back-debit.ts";
import { nextTryAt } from "./next-try.ts";
import { nextVersion } from "./next-version.ts";
import { isPaused } from "./pause.ts";
import { awaitsDebitNotice } from "./varied-debit.ts";

/** How many tries one transaction begins: each adds an attempt. The sweep comes back for the rest. */
const triesAtOnce = 10;

/** The attempts are written with the booking, before any request to Stripe. */
export type BegunTries = BookingChange & { attempts: OffSessionAttempt[] };

/**
 * Begins to collect the dues whose time has come with the saved method, unless a payment is already under way. Null if
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

/** Whether a try of a due begins now: no attempt of the due is open (I5), and no notice has to be sent before. */
function isToTry(booking: Booking, due: Due, now: Instant): boolean {
  const at = due.openAttemptId === null ? nextTryAt(booking, due, now) : null;
  return at !== null && hasCome(at, now) && !awaitsDebitNotice(booking, due) && !awaitsHeldBackNotice(booking, due);
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
 * Whether a try may still be sent to Stripe: it still collects its due, the amount, the permission and the method are
 * unchanged, and staff have not paused collection.
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
