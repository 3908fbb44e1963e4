/** The booking statuses (README.md has a drawing). Payment standing and admission are separate fields. */
export const bookingStatuses = [
  "held",
  "awaiting_clearance",
  "confirmed",
  "completed",
  "expired",
  "declined",
  "cancelled",
] as const;
export type BookingStatus = (typeof bookingStatuses)[number];

export type BookingFact =
  | "deposit_settled"
  | "hold_lapsed"
  | "clearance_complete"
  | "clearance_lost"
  | "decline_due"
  | "deadline_missed"
  | "cancelled_by_client"
  | "cancelled_by_operator"
  | "late_money"
  | "not_paid"
  | "no_show"
  | "turned_away"
  | "cohort_ended";

/**
 * The booking's state machine: status x fact -> next status. A fact that is not listed for a status does not apply to
 * it.
 */
export const transitions: Record<BookingStatus, Partial<Record<BookingFact, BookingStatus>>> = {
  held: {
    deposit_settled: "awaiting_clearance",
    hold_lapsed: "expired",
    decline_due: "declined",
    cancelled_by_client: "cancelled",
    cancelled_by_operator: "cancelled",
  },
  awaiting_clearance: {
    clearance_complete: "confirmed",
    decline_due: "declined",
    deadline_missed: "cancelled",
    cancelled_by_client: "cancelled",
    cancelled_by_operator: "cancelled",
  },
  confirmed: {
    clearance_lost: "awaiting_clearance",
    cancelled_by_client: "cancelled",
    cancelled_by_operator: "cancelled",
    not_paid: "cancelled",
    no_show: "cancelled",
    turned_away: "declined",
    cohort_ended: "completed",
  },
  expired: { late_money: "awaiting_clearance" },
  completed: {},
  declined: {},
  cancelled: {},
};

/** The status after a fact; null if the fact does not apply. */
export function transition(status: BookingStatus, fact: BookingFact): BookingStatus | null {
  return transitions[status][fact] ?? null;
}
