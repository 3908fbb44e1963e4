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
import type { ActionContext } from "@clearing/store/action-context";
import { asWritten, bookingWrites, readAfter } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { clearancePut, clearanceUnchanged, clearanceWrites } from "@clearing/store/clearance";
import { type CommitResult, commit, untilFresh } from "@clearing/store/commit";
import { releaseWrites } from "@clearing/store/release";
import type { Store } from "@clearing/store/store";
import type { Services } from "./services.ts";

export type StepResult = { ok: true; booking: Booking } | { ok: false; reason: string };

/**
 * One step of the sweep for one booking. `seen` is the booking as the step before has written it; it is read again only
 * if another write came in between.
 */
export type Step = (store: Store, bookingId: string, occasion: ActionContext, seen?: Booking) => Promise<StepResult>;

/** Ends a hold whose expiry has passed (`expired`), and releases the place and locks that are still its own. */
export function lapseHold(store: Store, bookingId: string, occasion: ActionContext): Promise<StepResult> {
  return changeBooking(store, { bookingId }, occasion, lapse, (before, change) =>
    releaseWrites(store, before, change, { end: "lapse" }, occasion),
  );
}

/** Bills dues that have fallen due and marks past-due ones, in as many transactions as needed. */
export const billDues: Step = async (store, bookingId, occasion, seen) => {
  for (let before = seen; ; ) {
    const billed = await changeBooking(store, { bookingId, seen: before }, occasion, fallDue);
    if (!billed.ok || fallDue(billed.booking, occasion.now) === null) return billed;
    before = billed.booking;
  }
};

/** Sends the notices of dues whose time has come. */
export const notifyOfDues: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, sendNotices);

/** Sends notice of debits that differ from those that the permission lists. */
export const notifyOfDebits: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, noticeVariedDebits);

/** Adds late charges for dues that are late past their grace. */
export const chargeLateDues =
  (ids: Services["ids"]): Step =>
  (store, bookingId, occasion, seen) =>
    changeBooking(store, { bookingId, seen }, occasion, (booking, now) =>
      addLateCharges(booking, () => ids.next("due"), now),
    );

/** Opens a task for staff for dues that have no automatic next step. */
export const openTasks: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, openCollectionTasks);

/** Completes an admitted booking whose last day is over. */
export const completeBooking: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, complete);

/**
 * Decides on a booking and commits the change; reads and decides again if another write came in between. `decide`
 * returns null if there is nothing to do.
 */
export function changeBooking<Change extends BookingChange>(
  store: Store,
  { bookingId, seen }: { bookingId: string; seen?: Booking | undefined },
  occasion: ActionContext,
  decide: (booking: Booking, now: Instant) => Change | null,
  writesOf: (before: Booking, change: Change) => ReturnType<typeof releaseWrites> = async (before, change) =>
    bookingWrites(store, before, change, occasion),
): Promise<StepResult> {
  const read = readAfter(store, bookingId, seen);
  return untilFresh<StepResult>(store, async () => {
    const before = await read();
    if (before === null) return { ok: false, reason: "not_found" };
    const change = decide(before, occasion.now);
    if (change === null) return { ok: true, booking: before };
    const written = asWritten(before, change, occasion);
    return commit(store, await writesOf(before, change), { ok: true, booking: written });
  });
}

/** Reminds a participant of what the clearance lacks, on the condition that it has not changed since the read. */
export function remind(store: Store, bookingId: string, occasion: ActionContext): Promise<StepResult> {
  return untilFresh<StepResult>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    const { booking, clearance } = file;
    const change = remindOfClearance(booking, clearance, occasion.now);
    if (change === null) return { ok: true, booking };
    const writes = bookingWrites(store, booking, change, occasion);
    const written = asWritten(booking, change, occasion);
    const unchanged = clearanceUnchanged(store, bookingId, clearance);
    return commit(store, [...writes, unchanged], { ok: true, booking: written });
  });
}

/** Announces once that a clearance's validity has ended, if that is to be announced. */
export function tellLapse(store: Store, bookingId: string, occasion: ActionContext): Promise<CommitResult<never>> {
  return untilFresh<CommitResult<never>>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null || file.clearance === null) return { ok: true };
    const { booking, clearance } = file;
    const lapsed = lapseClearance(booking, clearance, occasion.now);
    return lapsed === null ? { ok: true } : commit(store, clearanceWrites(store, booking, clearance, lapsed, occasion));
  });
}

/** Sets a clearance's next deadline after its booking has followed it. Refuses `stale` if the clearance has changed. */
export async function restClearance(store: Store, bookingId: string, now: Instant): Promise<CommitResult<"stale">> {
  const file = await readFile(store, bookingId);
  if (file === null || file.clearance === null) return { ok: true };
  const { booking, clearance } = file;
  return commit(store, [clearancePut(store, clearance, { ...clearance, dueAt: followUpAt(booking, clearance, now) })]);
}
