import { type Booking, mayOwe } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";

/** Why staff cannot change what is owed of a due. */
export type DueRefusal = "not_found" | "not_paid_yet" | "booking_over" | "deposit" | "nothing_unpaid" | "under_way";

/** The due that staff may waive or defer now. What is under way for it comes first, so that nothing is refunded that was asked for. */
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
