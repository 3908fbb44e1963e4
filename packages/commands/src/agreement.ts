import { fromDeposit } from "@clearing/domain/agreement";
import { type Booking, hasSigned, isSameSignature, offering, sign } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import type { ActionContext } from "@clearing/store/action-context";
import { agreementPut, asOffered, readAgreement, type Signature, signaturePut } from "@clearing/store/agreement";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord, keepAnswer } from "@clearing/store/idempotency";
import { permissionPut } from "@clearing/store/permission";
import type { Store } from "@clearing/store/store";
import { permissionGiven } from "./permission.ts";

export type SignResult =
  | { ok: true; booking: Booking }
  | {
      ok: false;
      reason: "not_found" | "agreement_changed" | "agreement_signed" | "invalid_transition" | "replayed" | "conflict";
    };

/**
 * Signs the agreement as offered now; another hash is `agreement_changed`. If the text has changed since the hold, the
 * signature creates a new version with the current text. A signed document never changes; its evidence, and the
 * permission to collect if the client gives it, are stored beside it. Repeating the same signature changes nothing;
 * another name or another choice of `autopay` is `agreement_signed`.
 */
export function signAgreement(
  store: Store,
  bookingId: string,
  { hash, ...evidence }: Omit<Signature, "signedAt"> & { hash: string },
  occasion: ActionContext,
  answer: (booking: Booking) => IdempotencyRecord | null,
  seen?: Booking,
): Promise<SignResult> {
  let first = seen;
  return untilFresh<SignResult>(store, async () => {
    const before = first ?? (await readBooking(store, bookingId));
    first = undefined;
    if (before === null) return { ok: false, reason: "not_found" };
    if (hasSigned(before, hash)) return signAgain(store, before, evidence, answer);
    const kept = await readAgreement(store, bookingId, before.agreement.version);
    if (kept === null) throw new Failure("agreement not found", { bookingId, version: before.agreement.version });
    const document = asOffered(before, kept);
    const offered = offering(before, document);
    const permission = evidence.autopay ? permissionGiven(store, offered, fromDeposit, evidence, occasion.now) : null;
    const decision = sign(offered, { hash, permission: permission?.reference ?? null }, occasion.now);
    if (!decision.ok) return decision;
    const record = answer(decision.booking);
    const signed: Signature = { ...evidence, signedAt: occasion.now };
    const writes = [
      ...answerWrites(store.tables.core, record),
      ...bookingWrites(store, before, decision, occasion),
      ...(document.version === kept.version ? [] : [agreementPut(store, offered, document)]),
      signaturePut(store, offered, signed),
      ...(permission === null ? [] : [permissionPut(store, before.id, permission.stored)]),
    ];
    return commit(store, writes, { ok: true, booking: decision.booking });
  });
}

async function signAgain(
  store: Store,
  booking: Booking,
  evidence: Omit<Signature, "signedAt">,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<SignResult | { ok: false; reason: "stale" }> {
  const stored = await readAgreement(store, booking.id, booking.agreement.version);
  if (stored?.signed === undefined) return { ok: false, reason: "stale" };
  if (!isSameSignature(stored.signed, evidence)) return { ok: false, reason: "agreement_signed" };
  const kept = await keepAnswer(store, store.tables.core, answer(booking));
  return kept.ok ? { ok: true, booking } : kept;
}
