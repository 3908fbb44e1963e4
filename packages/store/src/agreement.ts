import {
  type AgreementDocument,
  htmlOf,
  offeredDocument,
  participationDocument,
  type SectionedPage,
} from "@clearing/domain/agreement";
import { type Booking, isLive } from "@clearing/domain/booking";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem, readItems } from "./read.ts";
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

export type StoredTerms = SectionedPage & { version: number; signed?: TermsSignature };

/** What is kept of a page: its HTML is put together from this when it is read, byte for byte. */
const keptOf = ({ head, blocks, tail, hash }: SectionedPage) => ({ head, blocks, tail, hash });

/** A page as it was kept, with its HTML. */
const withHtml = <Page extends Omit<SectionedPage, "html">>(kept: Page) => ({ ...kept, html: htmlOf(kept) });

type KeptAgreement = Pick<AgreementDocument, "head" | "blocks" | "tail" | "terms">;

/** The exact document of one version; never written twice. Its four KB of text are packed. */
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

/** One version of a booking's agreement, byte for byte as it was made, with its signature. */
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

/** A booking's last version as it is shown now: as it was made once it is signed or the booking has ended, or else as it is offered. */
export function asOffered(booking: Booking, kept: StoredAgreement): StoredAgreement {
  if (kept.signed !== undefined || !isLive(booking)) return kept;
  const offered = offeredDocument(kept);
  return { ...offered, version: offered.terms.version };
}

/** The terms without prices: as they were accepted, byte for byte, or else as they are now. */
export async function readTerms(store: Store, booking: Booking): Promise<StoredTerms> {
  if (booking.acceptance === null) return participationDocument(booking);
  const key = keys.acceptance(booking.id, booking.acceptance.version);
  const terms = await readItem(store, key, (item) => withHtml(fromItem<Omit<StoredTerms, "html">>(item)));
  if (terms === null) throw new Error(`${booking.id} was accepted on terms that are not there`);
  return terms;
}

/**
 * The signature under the booking's current version, given once. It stands beside the document, which is ten times as
 * large and would be billed whole. Its transaction holds to the booking's version, and so to the hash that is signed.
 */
export function signaturePut(store: Store, { id, agreement }: Booking, signed: Signature): Guarded<"stale"> {
  const Item = { ...keys.signature(id, agreement.version), hash: agreement.hash, signed };
  const put = { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" };
  return { write: { Put: put }, refusal: "stale" };
}

/** What a participant accepted, kept as it was shown. */
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
