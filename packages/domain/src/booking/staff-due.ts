import { type Booking, mayOwe } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";

/** Why staff cannot waive or defer a due. */
export type DueRefusal = "not_found" | "not_paid_yet" | "booking_over" | "deposit" | "nothing_unpaid" | "under_way";

/**
 * The due that staff may waive or defer now. A payment under way must finish first, so that a requested payment is not
 * refunded.
 */
export function changeableDue(
  booking: Booking,
  dueId: string,
): { ok: true; due: Due } | { ok: false; reason: DueRefusal } {
  const due = booking.dues.find(({ id }) => id === dueId);
  if (due === undefined) return { ok: false, reason: "not_found" };
  if (booking.status === "held") return { ok: false, reason: "not_paid_yet" };
  if (!mayOwe(booking)) return { ok: false, reason: "booking_over" };
  if (due.kind === "deposit") return { ok: false, reason: "deposit" };
  if (unpaid(due) === 0) return { ok: false, reason: "nothing_unpaid" };
  if (due.openAttemptId !== null || due.status === "processing") return { ok: false, reason: "under_way" };
  return { ok: true, due };
}
