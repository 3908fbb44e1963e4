import { personKey } from "../person/index.ts";
import { type Clearance, confirms, declinesAt } from "../screening/index.ts";
import { type Instant, startOfDay } from "../time/index.ts";
import { agreementSigned, type Booking, depositSettled } from "./booking.ts";

/** Whether a clearance is all that this booking needs of one (I2). */
export const isCleared = ({ terms, participant }: Booking, clearance: Clearance | null): boolean =>
  confirms(clearance, { lastDay: terms.endsOn, participant: personKey(participant.email) });

/**
 * What a booking should become in the light of its clearance. `decline` once its hours have passed; `miss_deadline` once
 * the clearance deadline has, and what is there does not confirm.
 */
export type NextStep = "confirm" | "unconfirm" | "decline" | "miss_deadline" | "none";

/**
 * Reads what is to be done next; whichever fact arrives last, in any order, leads to the same answer. From the first day
 * on a confirmed booking is only moved by its admission.
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
 * Whether an event whose booking had this status can have left anything to be done next. A hold waits for its deposit,
 * whatever else is settled of it; that its clearance declines it comes with the hours, or with the clearance's own event.
 */
export const mayMoveOn = (told: unknown): boolean => told !== "held";
