import { fromDeposit, methodToCome, permissionDocument, savedMethodInWords } from "@clearing/domain/agreement";
import {
  type Booking,
  depositSettled,
  type GivenPermission,
  permissionInForce,
  usableMethod,
} from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import type { Instant } from "@clearing/domain/time";
import { readPermission, type StoredPermission } from "@clearing/store/permission";
import type { Store } from "@clearing/store/store";

/** Who gives a permission, and from where. */
export type PermissionGiver = { sourceIp: string; userAgent: string; signedBy: string };

/** A permission given now: the booking's reference to it, and the stored document with its evidence. */
export type PermissionGiven = { reference: GivenPermission; stored: StoredPermission };

/**
 * The permission document with its evidence. `from` describes the payment method in words; `methodId` is null if the
 * method is not known yet.
 */
export function permissionGiven(
  store: Store,
  booking: Booking,
  from: string,
  { sourceIp, userAgent, signedBy }: PermissionGiver,
  now: Instant,
  methodId: string | null = null,
): PermissionGiven {
  const document = permissionDocument(booking, from);
  const id = store.ids.next("per");
  const { version, hash } = document;
  const given = {
    ...{ at: now, agreementVersion: booking.agreement.version, methodId },
    ...{ sourceIp, userAgent, givenBy: signedBy },
  };
  return { reference: { id, version, hash, at: now }, stored: { ...document, id, given } };
}

/** The payment method from which the client would permit collection now, in words. */
export function methodInWords(booking: Booking): string {
  const method = usableMethod(booking);
  if (method === null) return depositSettled(booking) ? methodToCome : fromDeposit;
  return savedMethodInWords(method);
}

type PermissionPage = { version: number; hash: string; html: string };

/**
 * The permission's text: the stored bytes while a permission is in force, otherwise the text that would be given now.
 * Throws if the stored text is missing.
 */
export async function currentPermission(store: Store, booking: Booking): Promise<PermissionPage> {
  const inForce = permissionInForce(booking);
  if (inForce === null) return permissionDocument(booking, methodInWords(booking));
  const kept = await readPermission(store, booking.id, inForce.id);
  if (kept === null) throw new Failure("permission not found", { bookingId: booking.id, objectId: inForce.id });
  return kept;
}
