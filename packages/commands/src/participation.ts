import { agreementDocument, participationDocument } from "@clearing/domain/agreement";
import {
  acceptInvitation,
  type Booking,
  type BookingChange,
  type CorrectionRefusal,
  correctParticipant,
  hasAccepted,
  onlyTakesPart,
  type Participant,
} from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import type { ActionContext } from "@clearing/store/action-context";
import {
  acceptancePut,
  agreementPut,
  currentTerms,
  readAgreement,
  readTerms,
  type TermsSignature,
} from "@clearing/store/agreement";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit, staleUnless, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord, keepAnswer } from "@clearing/store/idempotency";
import { correctionWrites, lockWrites } from "@clearing/store/locks";
import type { Store } from "@clearing/store/store";

type Answering = (booking: Booking) => IdempotencyRecord | null;

export type AcceptResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "already_booked"; booking: Booking }
  | {
      ok: false;
      reason: "not_found" | "agreement_changed" | "agreement_signed" | "invalid_transition" | "replayed" | "conflict";
    };

/**
 * Records the participant's acceptance. The same transaction takes the participant's lock (`already_booked` if another
 * booking of theirs holds it) and stores the terms as shown. Repeating the same signature changes nothing; another one
 * is `agreement_signed`. Refuses `not_found` for anybody who is not the booking's participant at that instant.
 */
export function acceptParticipation(
  store: Store,
  bookingId: string,
  { email, hash, ...evidence }: Omit<TermsSignature, "signedAt"> & { email: string; hash: string },
  occasion: ActionContext,
  answer: Answering,
): Promise<AcceptResult> {
  const { now } = occasion;
  return untilFresh<AcceptResult>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null || !onlyTakesPart(email, before)) return { ok: false, reason: "not_found" };
    if (hasAccepted(before, hash)) {
      const { signed } = await readTerms(store, before);
      if (signed?.signature !== evidence.signature) return { ok: false, reason: "agreement_signed" };
      const kept = await keepAnswer(store, store.tables.core, answer(before));
      return kept.ok ? { ok: true, booking: before } : kept;
    }
    const terms = participationDocument(before);
    const decision = acceptInvitation(before, { hash, terms }, now);
    if (!decision.ok) return decision;
    const { booking } = decision;
    const record = answer(booking);
    const signed: TermsSignature = { ...evidence, signedAt: now };
    const result = await commit(store, [
      ...answerWrites(store.tables.core, record),
      ...bookingWrites(store, before, decision, occasion),
      ...(await lockWrites(store, booking, "accept", { until: booking.holdExpiresAt ?? "forever", now })),
      acceptancePut(store, bookingId, { ...terms, signed }),
    ]);
    if (result.ok) return { ok: true, booking };
    if (result.reason === "already_booked") return { ok: false, reason: "already_booked", booking };
    return staleUnless(result.reason, "replayed");
  });
}

export type CorrectResult =
  | { ok: true; booking: Booking }
  | CorrectionRefusal
  | { ok: false; reason: "already_booked"; booking: Booking }
  | { ok: false; reason: "not_found" | "replayed" | "conflict" };

/**
 * Corrects the invited participant for the payer. The same transaction writes the new agreement version and moves the
 * payer's lock. Refuses `already_booked` if the payer has another live booking for that address.
 */
export function correctInvitation(
  store: Store,
  bookingId: string,
  participant: Participant,
  occasion: ActionContext,
  answer: Answering,
): Promise<CorrectResult> {
  return untilFresh<CorrectResult>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    const agreement = await readAgreement(store, bookingId, before.agreement.version);
    if (agreement === null) throw new Failure("agreement not found", { bookingId, version: before.agreement.version });
    const version = agreement.version + 1;
    const terms = currentTerms(before, agreement);
    const document = agreementDocument({ ...terms, version, participantName: participant.name });
    const decision = correctParticipant(before, { participant, hash: document.hash }, occasion.now);
    if (!decision.ok) return decision;
    const { booking }: BookingChange = decision;
    const record = answer(booking);
    const result = await commit(store, [
      ...answerWrites(store.tables.core, record),
      ...bookingWrites(store, before, decision, occasion),
      ...(await correctionWrites(store, before, booking, occasion.now)),
      agreementPut(store, booking, document),
    ]);
    if (result.ok) return { ok: true, booking };
    if (result.reason === "already_booked") return { ok: false, reason: "already_booked", booking };
    return staleUnless(result.reason, "replayed");
  });
}
