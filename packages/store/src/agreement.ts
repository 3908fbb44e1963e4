import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { AgreementDocument } from "@clearing/domain/agreement";
import { agreementSigned, type Booking, isSameSignature, mayOwe, setAutopay, sign } from "@clearing/domain/booking";
import { bookingWrites, type Occasion, readBooking } from "./booking.ts";
import { commit, type Guarded, untilFresh } from "./commit.ts";
import { type IdempotencyRecord, idempotencyPut, keepAnswer } from "./idempotency.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** How a version was signed: evidence for as long as the document is kept. */
export type Signature = {
  signedAt: string;
  signature: string;
  sourceIp: string;
  userAgent: string;
  signedBy: string;
  autopay: boolean;
};
export type StoredAgreement = AgreementDocument & { version: number; signed?: Signature };

/** How a participant who does not pay signed the terms without prices. */
export type TermsSignature = Omit<Signature, "autopay">;
export type StoredTerms = { version: number; hash: string; html: string; signed?: TermsSignature };

/** The exact document of one version; never written twice. */
export function agreementPut(store: Store, { id, agreement }: Booking, document: AgreementDocument): Guarded<"stale"> {
  const Item = { ...keys.agreement(id, agreement.version), version: agreement.version, ...document };
  const put = { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" };
  return { write: { Put: put }, refusal: "stale" };
}

/** One version of a booking's agreement, byte for byte as it was made. */
export async function readAgreement(store: Store, bookingId: string, version: number): Promise<StoredAgreement | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.agreement(bookingId, version), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromItem<StoredAgreement>(Item);
}

export type SignResult =
  | { ok: true; booking: Booking }
  | {
      ok: false;
      reason: "not_found" | "agreement_changed" | "agreement_signed" | "invalid_transition" | "replayed" | "conflict";
    };

/**
 * Signs the current version; its document is signed once and never changes, its evidence stands beside it. The same
 * again changes nothing; with another name or choice of `autopay` it is `agreement_signed`.
 */
export function signAgreement(
  store: Store,
  bookingId: string,
  { hash, ...evidence }: Omit<Signature, "signedAt"> & { hash: string },
  occasion: Occasion,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<SignResult> {
  return untilFresh<SignResult>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    if (agreementSigned(before) && before.agreement.hash === hash) return signAgain(store, before, evidence, answer);
    const decision = sign(before, { hash, autopay: evidence.autopay }, occasion.now);
    if (!decision.ok) return decision;
    const record = answer(decision.booking);
    const signed: Signature = { ...evidence, signedAt: occasion.now };
    return commit(store, [
      ...(record === null ? [] : [idempotencyPut(store.tables.core, record)]),
      ...bookingWrites(store, before, decision, occasion),
      {
        write: {
          Update: {
            TableName: store.tables.core,
            Key: keys.agreement(bookingId, before.agreement.version),
            UpdateExpression: "SET signed = :signed",
            ConditionExpression: "#hash = :hash AND attribute_not_exists(signed)",
            ExpressionAttributeNames: { "#hash": "hash" },
            ExpressionAttributeValues: { ":signed": signed, ":hash": hash },
          },
        },
        refusal: "stale" as const,
      },
    ]).then((result) => {
      if (result.ok) return { ok: true, booking: decision.booking } as const;
      return { ok: false, reason: result.reason === "already_posted" ? "stale" : result.reason } as const;
    });
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

export type AutopayResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "not_found" | "agreement_required" | "invalid_transition" | "replayed" | "conflict" };

/**
 * Gives or takes back the permission to collect by itself. It is given on a signed agreement only, and not on a booking
 * that has ended early; taken back at any time.
 */
export function changeAutopay(
  store: Store,
  bookingId: string,
  enabled: boolean,
  occasion: Occasion,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<AutopayResult> {
  return untilFresh<AutopayResult>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    if (!agreementSigned(before)) return { ok: false, reason: "agreement_required" };
    if (enabled && !mayOwe(before)) return { ok: false, reason: "invalid_transition" };
    const change = setAutopay(before, enabled, occasion.now);
    if (change === null) {
      const kept = await keepAnswer(store, store.tables.core, answer(before));
      return kept.ok ? { ok: true, booking: before } : kept;
    }
    const record = answer(change.booking);
    const result = await commit(store, [
      ...(record === null ? [] : [idempotencyPut(store.tables.core, record)]),
      ...bookingWrites(store, before, change, occasion),
    ]);
    if (result.ok) return { ok: true, booking: change.booking };
    return { ok: false, reason: result.reason === "already_posted" ? "stale" : result.reason };
  });
}
