import type { Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";

type Saved = Pick<Booking, "savedMethod">;

/** When the method was saved, or last updated by its card network. */
export const freshSince = ({ savedAt, updatedAt = savedAt }: SavedMethod): Instant => updatedAt;

/** The saved method if it can be charged, with or without a permission to collect. */
export const usableMethod = ({ savedMethod }: Saved): SavedMethod | null =>
  savedMethod?.unusable === null ? savedMethod : null;

/** The method to collect dues from, by the client's permission; null if dues are paid by link. */
export const chargeableMethod = (booking: Saved & Pick<Booking, "autopay">): SavedMethod | null =>
  booking.autopay ? usableMethod(booking) : null;
