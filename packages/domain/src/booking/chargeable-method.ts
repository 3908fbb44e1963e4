import type { Instant } from "../time/index.ts";
import type { Booking, SavedMethod } from "./booking.ts";

type Saved = Pick<Booking, "savedMethod">;

/** Since when a method is as it is: it was saved then, or updated by its network. */
export const freshSince = ({ savedAt, updatedAt = savedAt }: SavedMethod): Instant => updatedAt;

/** The saved method as long as it can be charged, whether or not there is a permission to. */
export const usableMethod = ({ savedMethod }: Saved): SavedMethod | null =>
  savedMethod?.unusable === null ? savedMethod : null;

/** The method that dues are collected with by the client's permission; null where they are paid by link. */
export const chargeableMethod = (booking: Saved & Pick<Booking, "autopay">): SavedMethod | null =>
  booking.autopay ? usableMethod(booking) : null;
