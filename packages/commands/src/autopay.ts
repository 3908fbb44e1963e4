import {
  type AutopayRefusal,
  allowAutopay,
  type Booking,
  type BookingChange,
  stopAutopay,
  usableMethod,
} from "@clearing/domain/booking";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit, type Guarded, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord, keepAnswer } from "@clearing/store/idempotency";
import { permissionPut } from "@clearing/store/permission";
import type { Store } from "@clearing/store/store";
import { methodInWords, type PermissionGiver, permissionGiven } from "./permission.ts";

export type AutopayResult =
  | { ok: true; booking: Booking }
  | {
      ok: false;
      reason: AutopayRefusal | "not_found" | "replayed" | "conflict";
    };

/** The client's choice: give the permission, identified by the hash of its text, or withdraw it. */
export type WantedAutopay = { enabled: true; hash: string; giver: PermissionGiver } | { enabled: false };

/**
 * Gives the permission for automatic collection, with its evidence, or withdraws it. After a withdrawal, a try that has
 * not reached Stripe yet is not made.
 */
export function changeAutopay(
  store: Store,
  bookingId: string,
  wanted: WantedAutopay,
  occasion: ActionContext,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<AutopayResult> {
  return untilFresh<AutopayResult>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    const decided = decide(store, before, wanted, occasion);
    if (typeof decided === "string") return { ok: false, reason: decided };
    if (decided === null) {
      const kept = await keepAnswer(store, store.tables.core, answer(before));
      return kept.ok ? { ok: true, booking: before } : kept;
    }
    const { change, evidence } = decided;
    const { booking } = change;
    return commit(
      store,
      [
        ...answerWrites(store.tables.core, answer(booking)),
        ...bookingWrites(store, before, change, occasion),
        ...evidence,
      ],
      { ok: true, booking },
    );
  });
}

type Decided = { change: BookingChange; evidence: Guarded<"stale">[] };

/** Null if nothing changes. */
function decide(
  store: Store,
  before: Booking,
  wanted: WantedAutopay,
  { now }: ActionContext,
): Decided | AutopayRefusal | null {
  if (!wanted.enabled) {
    const change = stopAutopay(before, now);
    return change && { change, evidence: [] };
  }
  const methodId = usableMethod(before)?.id ?? null;
  const given = permissionGiven(store, before, methodInWords(before), wanted.giver, now, methodId);
  const change = allowAutopay(before, { hash: wanted.hash, permission: given.reference }, now);
  if (change === "unchanged") return null;
  if (typeof change === "string") return change;
  return { change, evidence: [permissionPut(store, before.id, given.stored)] };
}
