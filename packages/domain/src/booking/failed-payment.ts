import { dateIn, type Instant, plusMinutes } from "../time/index.ts";
import { type Attempt, awaitingNoVerification } from "./attempt.ts";
import { afterFact } from "./attempt-transitions.ts";
import { bookingEvent } from "./booking.ts";
import { replaceDue } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import {
  aboutAttempt,
  dueOf,
  freed,
  type Settlement,
  type SettlementDecision,
  type SettlementState,
} from "./settlement.ts";

export function failed(
  state: SettlementState,
  status: "failed" | "expired" | "refused",
  code: string | null,
  now: Instant,
  wasOpen = false,
): SettlementDecision {
  const { booking, attempt } = state;
  const next: Attempt = {
    ...awaitingNoVerification(afterFact(attempt, status)),
    failureCode: code,
    dueAt: null,
  };
  const due = dueOf(booking, attempt);
  if (due.openAttemptId !== attempt.id) return { kind: "settle", settlement: { attempt: next, journal: [] } };

  const today = dateIn(booking.terms.timeZone, now);
  const deposit = booking.status === "held" && attempt.purpose === "deposit" && state.placeIsOurs;
  // Only a debit fails for good, whether or not it was seen under way: it leaves the program's hold minutes and, once,
  // another session. A session that was never made takes back the extension that it brought. One that was withdrawn has
  // used some of that time: the hold stays as it is, and may be extended by the session that takes its place.
  const debit = deposit && status === "failed";
  const heldUntil = attempt.via === "checkout" ? attempt.heldUntil : null;
  const unused = deposit && status === "refused" && heldUntil !== null;
  const until = unused && !wasOpen ? heldUntil : debit ? plusMinutes(now, booking.terms.holdMinutes) : null;
  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDue(booking.dues, freed(booking, due, today)),
      ...(until === null ? {} : { holdExpiresAt: until }),
      ...(debit ? { debitFailed: true, holdExtended: booking.debitFailed } : {}),
      ...(unused ? { holdExtended: false } : {}),
    },
    (after) => ({
      events:
        status === "failed" ? [bookingEvent(after, "PaymentFailed", { ...aboutAttempt(attempt), reason: code })] : [],
      journal: [],
    }),
  );
  const place: Pick<Settlement, "place"> =
    until === null ? {} : { place: { kind: "claim", until, cause: debit ? "debit" : "page" } };
  return { kind: "settle", settlement: { ...change, attempt: next, ...place } };
}
