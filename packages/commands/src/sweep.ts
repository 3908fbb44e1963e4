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
 * A step of the sweep for one booking. `seen` is the booking as the step before has left it: it is decided on first, and
 * read again where another write came in between.
 */
export type Step = (store: Store, bookingId: string, occasion: ActionContext, seen?: Booking) => Promise<StepResult>;

/** Turns a hold whose instant has passed into `expired`, and lets go what is still its own. */
export function lapseHold(store: Store, bookingId: string, occasion: ActionContext): Promise<StepResult> {
  return changeBooking(store, { bookingId }, occasion, lapse, (before, change) =>
    releaseWrites(store, before, change, { end: "lapse" }, occasion),
  );
}

/** Bills what has fallen due, and marks what is past due, in as many transactions as that takes. */
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

/** Tells of debits that are not as the permission lists them. */
export const notifyOfDebits: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, noticeVariedDebits);

/** Adds the late charges of dues that are late past their grace. */
export const chargeLateDues =
  (ids: Services["ids"]): Step =>
  (store, bookingId, occasion, seen) =>
    changeBooking(store, { bookingId, seen }, occasion, (booking, now) =>
      addLateCharges(booking, () => ids.next("due"), now),
    );

/** Tells staff of the dues for which nothing more happens by itself. */
export const openTasks: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, openCollectionTasks);

/** Completes an admitted booking whose last day is over. */
export const completeBooking: Step = (store, bookingId, occasion, seen) =>
  changeBooking(store, { bookingId, seen }, occasion, complete);

/**
 * Decides on a booking and writes what follows, again on a new reading where another write came in between. `decide` gives
 * null where nothing is to do.
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

/** Reminds a participant of what is missing of the clearance, as it is in the very transaction. */
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

/** Tells that a clearance's validity has ended, once, where that is to be told. */
export function tellLapse(store: Store, bookingId: string, occasion: ActionContext): Promise<CommitResult<never>> {
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
