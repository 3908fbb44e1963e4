import { mailboxKey, personKey } from "@clearing/domain/person";
import { inShard } from "./shards.ts";

/** Primary keys of the core and clearance tables that several modules use, each defined once. */
export const keys = {
  program: (id: string) => ({ pk: `PROG#${id}`, sk: "PROGRAM" }),
  /** The set of the program's open cohorts. */
  openCohorts: (programId: string) => ({ pk: `PROG#${programId}`, sk: "OPEN" }),
  cohort: (id: string) => ({ pk: `COH#${id}`, sk: "COHORT" }),
  place: (cohortId: string, type: string, id: string) => ({ pk: `COH#${cohortId}`, sk: `PLC#${type}#${spread(id)}` }),
  quote: (id: string) => ({ pk: `QUO#${id}`, sk: "QUOTE" }),
  booking: (id: string) => ({ pk: `BKG#${id}`, sk: "BOOKING" }),
  /** The final head of a removed booking's audit chain. */
  removed: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "REMOVED" }),
  agreement: (bookingId: string, version: number) => ({
    pk: `BKG#${bookingId}`,
    sk: `AGREEMENT#${String(version).padStart(4, "0")}`,
  }),
  /** The signature of one agreement version, beside its document. */
  signature: (bookingId: string, version: number) => ({
    pk: `BKG#${bookingId}`,
    sk: `AGREEMENT#${String(version).padStart(4, "0")}#SIGNED`,
  }),
  /** A given permission to collect dues, with its evidence. */
  permission: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `PERMISSION#${id}` }),
  /** Links a Stripe payment method or customer to a booking that collects later dues with it. */
  collectedFrom: (stripeId: string, bookingId: string) => ({ pk: `FROM#${stripeId}`, sk: `BKG#${bookingId}` }),
  /** The tries of one card over all bookings, by Stripe's card fingerprint. */
  cardTries: (fingerprint: string) => ({ pk: `CARDTRIES#${fingerprint}`, sk: "TRIES" }),
  attempt: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `ATT#${id}` }),
  /** An attempt to save another payment method. */
  setup: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `SET#${id}` }),
  /** Which of a booking's setups is the latest. */
  latestSetup: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "LATESTSETUP" }),
  charge: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `CHG#${id}` }),
  /** Notes that attempts or setups of an ended booking are still to be closed at Stripe. */
  closingNote: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "PAGES" }),
  /** The consumer that works on a booking's payments now. */
  lease: (bookingId: string) => ({ pk: `BKG#${bookingId}`, sk: "LEASE" }),
  /** The count of the workers' turns at one deadline of an item. */
  deadlineTurn: ({ pk, sk }: { pk: string; sk: string }, deadline: string) => ({ pk: `TRY#${pk}#${sk}`, sk: deadline }),
  /** The attempt that an attempt or session id stands for in the return URL of Stripe's page. */
  wayBack: (name: string) => ({ pk: `BACK#${name}`, sk: "BACK" }),
  refund: (bookingId: string, id: string) => ({ pk: `BKG#${bookingId}`, sk: `REF#${id}` }),
  stripeEvent: (id: string) => ({ pk: `EVT#${id}`, sk: "EVENT" }),
  clearance: (bookingId: string) => ({ pk: `CLR#${bookingId}`, sk: "CLEARANCE" }),
  /** One live booking per participant's e-mail and cohort. The key holds a digest, not the address. */
  participantLock: (cohortId: string, email: string) => ({ pk: `LOCK#${cohortId}#${personKey(email)}`, sk: "LOCK" }),
  /**
   * One live booking per payer, invited participant and cohort. The payer's own lock keeps answers independent of what
   * the participant has booked.
   */
  payerLock: (cohortId: string, payer: string, email: string) => ({
    pk: `LOCK#${cohortId}#${personKey(payer)}#${personKey(email)}`,
    sk: "LOCK",
  }),
  /** The terms that a participant accepted, with the evidence. */
  acceptance: (bookingId: string, version: number) => ({
    pk: `BKG#${bookingId}`,
    sk: `ACCEPTANCE#${String(version).padStart(4, "0")}`,
  }),
  /** One deposit by bank debit at a time per mailbox: variants of one address share the lock. */
  debitLock: (email: string) => ({ pk: `DEBIT#${mailboxKey(email)}`, sk: "LOCK" }),
  /** One live unpaid hold of a client account. An account has as many slots as it may have such holds. */
  holdSlot: (payerSub: string, slot: number) => ({ pk: `ACCOUNT#${payerSub}`, sk: `HOLD#${slot}` }),
  /** The instants at which holds of one account and cohort ended unpaid. */
  unpaidEndings: (payerSub: string, cohortId: string) => ({ pk: `ACCOUNT#${payerSub}`, sk: `ENDED#${cohortId}` }),
  /**
   * One Stripe customer per client, by verified address: a client's own bookings and those that an admin made for them
   * share the address.
   */
  customer: (email: string) => ({ pk: `CLIENT#${personKey(email)}`, sk: "CUSTOMER" }),
};

/** The booking id in the key of a booking or of one of its children. */
export const bookingIdIn = ({ pk }: { pk: string }): string => pk.slice("BKG#".length);

/**
 * Puts the random end of a place's id first in its sort key, so that a range with a random start can meet any place.
 */
const spread = (placeId: string): string => `${placeId.slice(-6)}#${placeId}`;

/** The range of sort keys of all places of one type. */
export const placeRange = (type: string) => ({ from: `PLC#${type}#`, to: `PLC#${type}#~` });

/** The kinds of items in the sparse deadline index. A sweep reads one kind; each kind is sharded. */
export type DeadlineKind = "BOOKING" | "CLEARANCE" | "COHORT" | "ATTEMPT" | "REFUND" | "PAGES" | "STRIPE_EVENT";

/** The index keys of an item with a deadline; none without a deadline, which keeps the index sparse. */
export const deadlineKeys = (kind: DeadlineKind, { pk }: { pk: string }, dueAt: string | null) =>
  dueAt === null ? {} : { duePk: inShard(kind, pk), dueAt };

/** "Forever": later than any instant on a claim or lock. */
export const forever = "9999-12-31T23:59:59Z";
