import {
  type AgreementDocument,
  htmlOf,
  offeredDocument,
  participationDocument,
  type SectionedPage,
} from "@clearing/domain/agreement";
import { type Booking, isLive } from "@clearing/domain/booking";
import { Failure } from "@clearing/domain/failure";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem, readItems } from "./read.ts";
import type { Store } from "./store.ts";

/** The evidence of how a version was signed. It is kept as long as the document. */
export type Signature = {
  signedAt: string;
  signature: string;
  sourceIp: string;
  userAgent: string;
  signedBy: string;
  autopay: boolean;
};

export type StoredAgreement = AgreementDocument & { version: number; signed?: Signature };

/** The evidence of how a participant who does not pay signed the terms without prices. */
export type TermsSignature = Omit<Signature, "autopay">;

export type StoredTerms = SectionedPage & { version: number; signed?: TermsSignature };

/** The stored parts of a page. Reading joins them into the HTML, byte for byte. */
const keptOf = ({ head, blocks, tail, hash }: SectionedPage) => ({ head, blocks, tail, hash });

/** A stored page with its HTML. */
const withHtml = <Page extends Omit<SectionedPage, "html">>(kept: Page) => ({ ...kept, html: htmlOf(kept) });

type KeptAgreement = Pick<AgreementDocument, "head" | "blocks" | "tail" | "terms">;

/** Stores the exact document of one agreement version, once. The text (about 4 KB) is packed. */
export function agreementPut(
  store: Store,
  { id, agreement }: Booking,
  { head, blocks, tail, terms, hash }: AgreementDocument,
): Guarded<"stale"> {
  const { version } = agreement;
  const page: KeptAgreement = { head, blocks, tail, terms };
  const Item = { ...keys.agreement(id, version), version, hash, page: packed(page) };
  const put = { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" };
  return { write: { Put: put }, refusal: "stale" };
}

/** One version of a booking's agreement with its signature, or null. The bytes are those that were stored. */
export async function readAgreement(store: Store, bookingId: string, version: number): Promise<StoredAgreement | null> {
  const document = keys.agreement(bookingId, version);
  const signature = keys.signature(bookingId, version);
  const found = new Map((await readItems(store, [document, signature])).map((item) => [item.sk, item]));
  const kept = found.get(document.sk);
  if (kept === undefined) return null;
  const { page, hash } = fromItem<{ page: unknown; hash: string }>(kept);
  const signed = found.get(signature.sk);
  return {
    ...withHtml({ ...unpacked<KeptAgreement>(page), hash }),
    version,
    ...(signed && { signed: fromItem<{ signed: Signature }>(signed).signed }),
  };
}

/** The terms of a stored agreement. Those stored before the agreement stated the late charge get it from the booking. */
export const currentTerms = ({ terms: { lateCharge } }: Booking, { terms }: Pick<StoredAgreement, "terms">) => ({
  ...terms,
  lateCharge,
});

/**
 * The latest version as shown now. A signed version, or that of an ended booking, keeps its stored bytes; an unsigned
 * version of a live booking shows the current text.
 */
export function asOffered(booking: Booking, kept: StoredAgreement): StoredAgreement {
  if (kept.signed !== undefined || !isLive(booking)) return kept;
  const offered = offeredDocument({ ...kept, terms: currentTerms(booking, kept) });
  return { ...offered, version: offered.terms.version };
}

/**
 * The terms without prices: the accepted bytes, or the current text before the acceptance. Throws if the accepted terms
 * are missing.
 */
export async function readTerms(store: Store, booking: Booking): Promise<StoredTerms> {
  if (booking.acceptance === null) return participationDocument(booking);
  const key = keys.acceptance(booking.id, booking.acceptance.version);
  const terms = await readItem(store, key, (item) => withHtml(fromItem<Omit<StoredTerms, "html">>(item)));
  if (terms === null)
    throw new Failure("accepted terms not found", { bookingId: booking.id, version: booking.acceptance.version });
  return terms;
}

/**
 * Stores the signature of the booking's current agreement version, once. The signature is a separate item: the document
 * is ten times as large, and DynamoDB bills an update for the whole item. The transaction also checks the booking's
 * version, and so the signed hash.
 */
export function signaturePut(store: Store, { id, agreement }: Booking, signed: Signature): Guarded<"stale"> {
  const Item = { ...keys.signature(id, agreement.version), hash: agreement.hash, signed };
  const put = { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" };
  return { write: { Put: put }, refusal: "stale" };
}

/** Stores the terms that a participant accepted, as shown, with the signature. */
export function acceptancePut(
  store: Store,
  bookingId: string,
  terms: StoredTerms & { signed: TermsSignature },
): Guarded<"stale"> {
  const { version, signed } = terms;
  const Item = { ...keys.acceptance(bookingId, version), version, ...keptOf(terms), signed };
  const put = { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" };
  return { write: { Put: put }, refusal: "stale" };
}
