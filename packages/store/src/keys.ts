import { mailboxKey, personKey } from "@clearing/domain/person";
import { inShard } from "./shards.ts";

/** The primary keys of what several modules read or write in the core table. One place, so that none is spelled twice. */
export const keys = {
  program: (id: string) => ({ pk: `PROG#${id}`, sk: "PROGRAM" }),
  /** Which cohorts of the program are open. */
  openCohorts: (programId: string) => ({ pk: `PROG#${programId}`, sk: "OPEN" }),
  cohort: (id: string) => ({ pk: `COH#${id}`, sk: "COHORT" }),
  place: (cohortId: string, type: string, id: string) => ({ pk: `COH#${cohortId}`, sk: `PLC#${type}#${spread(id)}` }),
  quote: (id: string) => ({ pk: `QUO#${id}`, sk: "QUOTE" }),
  booking: (id: string) => ({ pk: `BKG#${id}`, sk: "BOOKING" }),
  /** The head that the audit chain of a removed booking ends in. */
  removed: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "REMOVED" }),
  agreement: (bookingId: string, version: number) => ({
    pk: `BKG#${bookingId}`,
    sk: `AGREEMENT#${String(version).padStart(4, "0")}`,
  }),
  /** The signature under one version of the agreement, beside its document. */
  signature: (bookingId: string, version: number) => ({
    pk: `BKG#${bookingId}`,
    sk: `AGREEMENT#${String(version).padStart(4, "0")}#SIGNED`,
  }),
  /** A permission to collect that was given, with the evidence of it. */
  permission: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `PERMISSION#${id}` }),
  /** The bookings whose later dues are collected with a payment method of Stripe's, or from a customer. */
  collectedFrom: (stripeId: string, bookingId: string) => ({ pk: `FROM#${stripeId}`, sk: `BKG#${bookingId}` }),
  /** The tries of one card, by its fingerprint at Stripe, over all bookings. */
  cardTries: (fingerprint: string) => ({ pk: `CARDTRIES#${fingerprint}`, sk: "TRIES" }),
  attempt: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `ATT#${id}` }),
  /** A try to save another payment method. */
  setup: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `SET#${id}` }),
  charge: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `CHG#${id}` }),
  /** The pages of a booking that has ended are still to be closed. */
  pages: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "PAGES" }),
  /** Which consumer works on a booking's payments now. */
  lease: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "LEASE" }),
  /** The workers' turns at one deadline of an item, which `deadline` names. */
  deadlineTurn: ({ pk, sk }: { pk: string; sk: string }, deadline: string) => ({ pk: `TRY#${pk}#${sk}`, sk: deadline }),
  /** What an attempt's or a session's id stands for on the way back from Stripe's page. */
  wayBack: (name: string) => ({ pk: `BACK#${name}`, sk: "BACK" }),
  refund: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `REF#${id}` }),
  stripeEvent: (id: string) => ({ pk: `EVT#${id}`, sk: "EVENT" }),
  clearance: (bookingId: string) => ({ pk: `CLR#${bookingId}`, sk: "CLEARANCE" }),
  /** One live booking per participant's e-mail and cohort; the address itself is not in the key. */
  participantLock: (cohortId: string, email: string) => ({ pk: `LOCK#${cohortId}#${personKey(email)}`, sk: "LOCK" }),
  /** One live booking per payer, invited participant and cohort: no answer depends on what the participant has done. */
  payerLock: (cohortId: string, payer: string, email: string) => ({
    pk: `LOCK#${cohortId}#${personKey(payer)}#${personKey(email)}`,
    sk: "LOCK",
  }),
  /** What a participant has accepted, with the evidence of it. */
  acceptance: (bookingId: string, version: number) => ({
    pk: `BKG#${bookingId}`,
    sk: `ACCEPTANCE#${String(version).padStart(4, "0")}`,
  }),
  /** One deposit by bank debit at a time per mailbox of a verified address, however it is written. */
  debitLock: (email: string) => ({ pk: `DEBIT#${mailboxKey(email)}`, sk: "LOCK" }),
  /** One live unpaid hold of a client account; it has as many of these as it may have holds. */
  holdSlot: (ownerSub: string, slot: number) => ({ pk: `ACCOUNT#${ownerSub}`, sk: `HOLD#${slot}` }),
  /** When holds of one account and cohort ended unpaid. */
  unpaidEndings: (ownerSub: string, cohortId: string) => ({ pk: `ACCOUNT#${ownerSub}`, sk: `ENDED#${cohortId}` }),
  /**
   * One customer at Stripe per client: by the verified address, which is what a client's own bookings and those that an
   * admin made for them have in common.
   */
  customer: (email: string) => ({ pk: `CLIENT#${personKey(email)}`, sk: "CUSTOMER" }),
};

/** The booking that a key is of, itself or one of its children. */
export const bookingIdIn = ({ pk }: { pk: string }): string => pk.slice("BKG#".length);

/** The random end of a place's id comes first in its key, so that a random start of the range meets any place. */
const spread = (placeId: string): string => `${placeId.slice(-6)}#${placeId}`;

/** The sort keys of all places of one type. */
export const placeRange = (type: string) => ({ from: `PLC#${type}#`, to: `PLC#${type}#~` });

/** What the sparse "due at" index lists, one kind per sweep; each is spread over shards. */
export type DeadlineKind = "BOOKING" | "CLEARANCE" | "COHORT" | "ATTEMPT" | "REFUND" | "PAGES" | "STRIPE_EVENT";

/** The index keys of an item with a deadline; none at all when it has no deadline, so that the index stays sparse. */
export const deadlineKeys = (kind: DeadlineKind, { pk }: { pk: string }, dueAt: string | null) =>
  dueAt === null ? {} : { duePk: inShard(kind, pk), dueAt };

/** "For good": later than any instant that a claim or a lock may carry. */
export const forever = "9999-12-31T23:59:59Z";
