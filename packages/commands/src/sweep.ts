import {
  addLateCharges,
  type Booking,
  type BookingChange,
  complete,
  fallDue,
  followUpAt,
  lapse,
  lapseClearance,
  noticeVariedDebits,
  openCollectionTasks,
  remindOfClearance,
  sendNotices,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { clearancePut, clearanceUnchanged, clearanceWrites } from "@clearing/store/clearance";
import { type CommitResult, commit, untilFresh } from "@clearing/store/commit";
import type { Occasion } from "@clearing/store/occasion";
import { releaseWrites } from "@clearing/store/release";
import type { Store } from "@clearing/store/store";
import type { Context } from "./context.ts";

type Result = { ok: true; booking: Booking } | { ok: false; reason: "not_found" | "conflict" };

/** Turns a hold whose instant has passed into `expired`, and lets go what is still its own. */
export function lapseHold(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return changeBooking(store, bookingId, occasion, lapse, (before, change) =>
    releaseWrites(store, before, change, { end: "lapse" }, occasion),
  );
}

/** Bills what has fallen due, and marks what is past due, in as many transactions as that takes. */
export async function billDues(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  for (;;) {
    const billed = await changeBooking(store, bookingId, occasion, fallDue);
    if (!billed.ok || fallDue(billed.booking, occasion.now) === null) return billed;
  }
}

/** Sends the notices of dues whose time has come. */
export const notifyOfDues = (store: Store, bookingId: string, occasion: Occasion): Promise<Result> =>
  changeBooking(store, bookingId, occasion, sendNotices);

/** Tells of debits that are not as the permission lists them. */
export const notifyOfDebits = (store: Store, bookingId: string, occasion: Occasion): Promise<Result> =>
  changeBooking(store, bookingId, occasion, noticeVariedDebits);

/** Adds the late charges of dues that are late past their grace. */
export const chargeLateDues = ({ store, ids }: Pick<Context, "store" | "ids">, bookingId: string, occasion: Occasion) =>
  changeBooking(store, bookingId, occasion, (booking, now) => addLateCharges(booking, () => ids.next("due"), now));

/** Tells staff of the dues for which nothing more happens by itself. */
export const openTasks = (store: Store, bookingId: string, occasion: Occasion): Promise<Result> =>
  changeBooking(store, bookingId, occasion, openCollectionTasks);

/** Completes an admitted booking whose last day is over. */
export function completeBooking(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return changeBooking(store, bookingId, occasion, complete);
}

type Writes = (before: Booking, change: BookingChange) => ReturnType<typeof releaseWrites>;

function changeBooking(
  store: Store,
  bookingId: string,
  occasion: Occasion,
  decide: (booking: Booking, now: Instant) => BookingChange | null,
  writesOf: Writes = async (before, change) => bookingWrites(store, before, change, occasion),
): Promise<Result> {
  return untilFresh<Result>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    const change = decide(before, occasion.now);
    if (change === null) return { ok: true, booking: before };
    return commit(store, await writesOf(before, change), { ok: true, booking: change.booking });
  });
}

/** Reminds a participant of what is missing of the clearance, as it is in the very transaction. */
export function remind(store: Store, bookingId: string, occasion: Occasion): Promise<CommitResult<never>> {
  return untilFresh<CommitResult<never>>(store, async () => {
    const file = await readFile(store, bookingId);
    const change = file && remindOfClearance(file.booking, file.clearance, occasion.now);
    if (file === null || change === null) return { ok: true };
    const writes = bookingWrites(store, file.booking, change, occasion);
    return commit(store, [...writes, clearanceUnchanged(store, bookingId, file.clearance)]);
  });
}

/** Tells that a clearance's validity has ended, once, where that is to be told. */
export function tellLapse(store: Store, bookingId: string, occasion: Occasion): Promise<CommitResult<never>> {
  return untilFresh<CommitResult<never>>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null || file.clearance === null) return { ok: true };
    const { booking, clearance } = file;
    const lapsed = lapseClearance(booking, clearance, occasion.now);
    return lapsed === null ? { ok: true } : commit(store, clearanceWrites(store, booking, clearance, lapsed, occasion));
  });
}

/** Notes when a clearance is to be looked at next, now that its booking has followed it, unless it has changed. */
export async function restClearance(store: Store, bookingId: string, now: Instant): Promise<CommitResult<"stale">> {
  const file = await readFile(store, bookingId);
  if (file === null || file.clearance === null) return { ok: true };
  const { booking, clearance } = file;
  return commit(store, [clearancePut(store, clearance, { ...clearance, dueAt: followUpAt(booking, clearance, now) })]);
}
