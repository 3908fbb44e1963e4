import { personKey } from "../person/index.ts";
import { type Clearance, confirms, declinesAt } from "../screening/index.ts";
import { type Instant, startOfDay } from "../time/index.ts";
import { agreementSigned, type Booking, depositSettled } from "./booking.ts";

/** Whether a clearance is everything that this booking needs to be confirmed (I2). */
export const isCleared = ({ terms, participant }: Booking, clearance: Clearance | null): boolean =>
  confirms(clearance, { lastDay: terms.endsOn, participant: personKey(participant.email) });

/**
 * The booking's next status change by its clearance. `decline` once a `not_cleared` has stood for the program's hours;
 * `miss_deadline` if the booking cannot be confirmed by its clearance deadline.
 */
export type NextStep = "confirm" | "unconfirm" | "decline" | "miss_deadline" | "none";

/**
 * Derives the next step from the current facts, so that their order of arrival does not matter. From the first day on,
 * only its admission changes a confirmed booking.
 */
export function nextStep(booking: Booking, clearance: Clearance | null, now: Instant): NextStep {
  const { terms, clearanceDueAt } = booking;
  const cleared = isCleared(booking, clearance);
  const accepted = booking.participation === "accepted";
  switch (booking.status) {
    case "confirmed":
      return cleared || startOfDay(terms.startsOn, terms.timeZone) <= now ? "none" : "unconfirm";
    case "held":
    case "awaiting_clearance": {
      const declines = declinesAt(clearance, terms);
      if (declines !== null && declines <= now) return "decline";
      if (booking.status === "held") return "none";
      if (cleared && accepted && depositSettled(booking) && agreementSigned(booking)) return "confirm";
      return clearanceDueAt <= now ? "miss_deadline" : "none";
    }
    case "completed":
    case "expired":
    case "declined":
    case "cancelled":
      return "none";
  }
}

/**
 * Whether an event with this booking status can require a next step. A hold waits for its deposit. The sweep or the
 * clearance's own event declines it.
 */
export const mayMoveOn = (told: unknown): boolean => told !== "held";
