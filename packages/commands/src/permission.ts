import { fromDeposit, methodToCome, permissionDocument, savedMethodInWords } from "@clearing/domain/agreement";
import {
  type Booking,
  depositSettled,
  type GivenPermission,
  permissionInForce,
  usableMethod,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import { readPermission, type StoredPermission } from "@clearing/store/permission";
import type { Store } from "@clearing/store/store";

/** Who gave a permission, and from where. */
export type PermissionGiver = { sourceIp: string; userAgent: string; signedBy: string };

/** A permission as it was given now: what the booking says of it, and what is kept as the evidence of it. */
export type PermissionGiven = { reference: GivenPermission; stored: StoredPermission };

/** The permission for a method that is named in words, as it is given now. `methodId` is null where it is still unknown. */
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

/** From which method the client would give the permission now, in words. */
export function methodInWords(booking: Booking): string {
  const method = usableMethod(booking);
  if (method === null) return depositSettled(booking) ? methodToCome : fromDeposit;
  return savedMethodInWords(method);
}

type PermissionPage = { version: number; hash: string; html: string };

/** The permission's text: as it was given while it is in force, byte for byte, or else as it would be given now. */
export async function currentPermission(store: Store, booking: Booking): Promise<PermissionPage> {
  const inForce = permissionInForce(booking);
  if (inForce === null) return permissionDocument(booking, methodInWords(booking));
  const kept = await readPermission(store, booking.id, inForce.id);
  if (kept === null) throw new Error(`${booking.id} was permitted by a text that is not there`);
  return kept;
}
