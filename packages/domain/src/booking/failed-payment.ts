import { dateIn, type Instant, plusMinutes } from "../time/index.ts";
import { type Attempt, awaitingNoVerification } from "./attempt.ts";
import { afterFact } from "./attempt-transitions.ts";
import { type Booking, bookingEvent } from "./booking.ts";
import { type Decline, declineOf } from "./declines.ts";
import type { Due, Tries } from "./due.ts";
import { type LostMethod, lostMethod } from "./lost-method.ts";
import { nextVersion } from "./next-version.ts";
import { refundRequested } from "./refund-request.ts";
import { settleAfterFailure } from "./settle-ahead.ts";
import {
  attemptEventData,
  dueOf,
  duesOf,
  goOn,
  isCollecting,
  releaseDue,
  replaceDues,
  type Settlement,
  type SettlementDecision,
  type SettlementState,
  withoutPayoff,
} from "./settlement.ts";

/** A failed try with a saved method, and how its failure is classified. */
type FailedTry = { methodId: string; begunAt: Instant; decline: Decline };

/** The failed try of an off-session attempt; null for a page, where the client can pay again. */
const failedTry = (attempt: Attempt, code: string | null, isRefusal: boolean): FailedTry | null =>
  attempt.via === "off_session"
    ? {
        methodId: attempt.paymentMethodId,
        begunAt: attempt.createdAt,
        decline: declineOf(code, attempt.methodType, isRefusal),
      }
    : null;

/** Stripe refused the method itself: no other due is tried with it, and the client is told that besides the failure. */
const lostBy = (booking: Booking, tried: FailedTry | null): LostMethod | null =>
  tried?.decline.failure === "method_unusable" ? lostMethod(booking, tried.methodId, "refused") : null;

/**
 * A hard decline makes the method unusable for all dues; the permission stays for the next method. If the card network
 * has updated the method since the try began, the decline does not apply to it.
 */
function declinedBy(
  { savedMethod }: Booking,
  tried: FailedTry | null,
): Pick<Booking, "savedMethod"> | Record<string, never> {
  const isAsTried = savedMethod?.id === tried?.methodId && (savedMethod?.updatedAt ?? "") <= (tried?.begunAt ?? "");
  return tried?.decline.class === "hard" && savedMethod !== undefined && isAsTried
    ? { savedMethod: { ...savedMethod, unusable: "declined" } }
    : {};
}

/** A due's tries after one more failure. */
function triesAfter(
  { terms }: Booking,
  { tries }: Due,
  { methodId, begunAt, decline }: FailedTry,
  now: Instant,
): Tries {
  return {
    failed: (tries?.failed ?? 0) + 1,
    firstFailedOn: tries?.firstFailedOn ?? dateIn(terms.timeZone, now),
    lastFailedAt: now,
    begunAt,
    lastFailure: decline.failure,
    methodId,
    stopped: decline.class === "soft" ? null : decline.class,
  };
}

/**
 * Records an attempt that failed, expired or was refused, and releases its dues. `wasOpen`: we withdrew a page that was
 * open. `isRefusal`: Stripe refused the request of a try, which counts as a failed try. An ended booking does not
 * change.
 */
export function failed(
  state: SettlementState,
  status: "failed" | "expired" | "refused",
  code: string | null,
  now: Instant,
  { wasOpen = false, isRefusal = false }: { wasOpen?: boolean; isRefusal?: boolean } = {},
): SettlementDecision {
  const { booking, attempt } = state;
  const next: Attempt = {
    ...awaitingNoVerification(afterFact(attempt, status)),
    failureCode: code,
    dueAt: null,
  };
  if (!isCollecting(booking, attempt)) return { kind: "settle", settlement: { attempt: next, journal: [] } };
  const due = dueOf(booking, attempt);

  const today = dateIn(booking.terms.timeZone, now);
  const deposit = booking.status === "held" && attempt.purpose === "deposit" && state.placeIsOurs;
  // Only a bank debit fails for good, whether or not it was seen in processing. It leaves the program's hold minutes
  // and, once, another session. A session that was never created gives back the extension that it added. A withdrawn
  // session has used some of that time: the hold keeps its end, and the replacement session may extend it.
  const debit = deposit && status === "failed";
  const heldUntil = attempt.via === "checkout" ? attempt.heldUntil : null;
  const unused = deposit && status === "refused" && heldUntil !== null;
  const until = unused && !wasOpen ? heldUntil : debit ? plusMinutes(now, booking.terms.holdMinutes) : null;
  const inVain = status === "failed" || isRefusal ? failedTry(attempt, code, isRefusal) : null;
  const lost = lostBy(booking, inVain);
  const tried = inVain === null ? due : { ...due, tries: triesAfter(booking, due, inVain, now) };
  const free = duesOf(booking, attempt).map((one) => releaseDue(booking, one.id === tried.id ? tried : one, now));
  const { changes, refund, journal } = settleAfterFailure(
    state,
    goOn(booking, attempt, replaceDues(booking.dues, free), now),
    now,
  );
  const change = nextVersion(
    booking,
    now,
    {
      ...changes,
      ...withoutPayoff(booking, attempt, today),
      ...(until === null ? {} : { holdExpiresAt: until }),
      ...declinedBy(booking, inVain),
      ...lost?.changes,
      ...(debit ? { debitFailed: true, holdExtended: booking.debitFailed } : {}),
      ...(unused ? { holdExtended: false } : {}),
    },
    (after) => ({
      events: [
        ...(status === "failed" || inVain !== null
          ? [
              bookingEvent(after, "PaymentFailed", {
                ...attemptEventData(attempt),
                reason: inVain?.decline.failure ?? code,
              }),
            ]
          : []),
        ...(lost?.events(after) ?? []),
        ...(refund === null ? [] : [refundRequested(after, refund)]),
      ],
      journal,
    }),
  );
  const place: Pick<Settlement, "place"> =
    until === null ? {} : { place: { kind: "claim", until, cause: debit ? "debit" : "session" } };
  return { kind: "settle", settlement: { ...change, attempt: next, ...place, ...(refund === null ? {} : { refund }) } };
}
