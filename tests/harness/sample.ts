import { signAgreement } from "@clearing/commands/agreement";
import { createCohort } from "@clearing/commands/cohort";
import { holdPlace, type NotEnded } from "@clearing/commands/hold";
import type { HoldingAccount } from "@clearing/commands/hold-slots";
import { acceptParticipation } from "@clearing/commands/participation";
import { writeProgram } from "@clearing/commands/program";
import { agreementDocument, participationDocument } from "@clearing/domain/agreement";
import { type Booking, hold } from "@clearing/domain/booking";
import { type Cohort, clearanceDeadline, newPlace, takeTerms } from "@clearing/domain/cohort";
import { defaultCreditRules } from "@clearing/domain/credit";
import { type PlanKind, type Quote, quote } from "@clearing/domain/plan";
import type { Program } from "@clearing/domain/program";
import { addDays, endOfDay, type Instant } from "@clearing/domain/time";
import { readBooking } from "@clearing/store/booking";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { putQuote } from "@clearing/store/quote";
import type { Store } from "@clearing/store/store";
import { dayFrom, timeZone } from "./days.ts";
import { participantBody, programBody } from "./http.ts";
import { ids } from "./store.ts";

export const actor = { sub: "sample-client", role: "client" } as const;

/** A published program, plainly sample data. */
export const sampleProgram = (changes: Partial<Program> = {}): Program => ({
  id: ids.next("prog"),
  version: 1,
  auditHash: "",
  status: "published",
  ...programBody,
  healthCare: false,
  taxes: [],
  lateCharge: null,
  nonPayment: null,
  collection: { retryDays: [3, 5, 7], noticeDaysBefore: [7, 1], moveDays: 14, moves: 2 },
  returnGraceDays: 5,
  financingHours: 72,
  addOns: [],
  itinerary: [],
  aftercare: [],
  ...changes,
});

/**
 * An open cohort of a program that is stored with it. The cohort begins in this many days, with its places for sale.
 */
export async function openCohort(
  store: Store,
  program: Program,
  { places: count, inDays = 45, now }: { places: number; inDays?: number; now: Instant },
): Promise<Cohort> {
  const startsOn = dayFrom(now, inDays);
  const endsOn = addDays(startsOn, program.days - 1);
  const unopened: Cohort = {
    id: ids.next("coh"),
    version: 1,
    auditHash: "",
    programId: program.id,
    status: "open",
    startsOn,
    endsOn,
    timeZone,
    venue: "Sample House",
    datesVersion: 1,
    places: program.placeTypes.map(({ type, price }) => ({ type, price, ownPrice: false, capacity: count })),
    terms: null,
    ...clearanceDeadline({ startsOn, timeZone }, program.screening.clearanceDeadlineDaysBefore),
    dueAt: endOfDay(endsOn, timeZone),
  };
  const cohort = takeTerms(unopened, program);
  const places = program.placeTypes.flatMap(({ type }) =>
    Array.from({ length: count }, () => newPlace(cohort, { id: ids.next("plc"), type })),
  );
  const occasion = { actor, action: "sample", now };
  // The program exists already if this is not its first cohort.
  await writeProgram(store, null, program, [], occasion, null);
  const created = await createCohort(store, cohort, places, occasion, null);
  if (!created.ok) throw new Error("the sample cohort could not be created");
  return cohort;
}

/** A quote of a private place on the program's terms. */
export async function sampleQuote(
  store: Store,
  program: Program,
  cohort: Cohort,
  now: Instant,
  kind: PlanKind = "deposit_and_balance",
): Promise<Quote> {
  const request = {
    id: ids.next("quo"),
    merchant: "Sample Operator",
    creditRules: defaultCreditRules,
    placeType: "private",
    plan: { kind },
    addOns: [],
  } as const;
  const offer = quote(takeTerms(cohort, program), { ...request, addOns: [] }, now);
  if (!offer.ok) throw new Error(offer.detail);
  await putQuote(store, offer.quote);
  return offer.quote;
}

/**
 * Holds a place as the booking function does. `email` distinguishes participants, who book for themselves. The hold
 * counts towards an account's limit only if an account is given, because tests share a store.
 */
export function holdSample(
  store: Store,
  offer: Quote,
  email: string,
  now: Instant,
  owner: Booking["owner"] = { sub: `sub-${email}`, email },
  account: HoldingAccount | null = null,
  idempotency: IdempotencyRecord | null = null,
  notEnded: NotEnded = (_bookingId, error) => {
    throw error;
  },
) {
  const id = ids.next("bkg");
  const { terms } = offer;
  const participant = participantBody(email);
  const document = agreementDocument({
    ...terms,
    bookingId: id,
    version: 1,
    participantName: participant.name,
    currency: offer.currency,
    lines: offer.lines,
    total: offer.total,
    plan: offer.plan,
    schedule: offer.schedule,
    disclosure: offer.disclosure,
    policy: offer.policy,
  });
  return holdPlace(
    store,
    {
      cohortId: offer.cohortId,
      placeType: offer.placeType,
      quoteId: offer.id,
      datesVersion: terms.datesVersion,
      agreement: document,
      account,
      notEnded,
    },
    (placeId, holdSlot) => ({
      idempotency,
      change: hold(
        {
          id,
          placeId,
          holdSlot,
          cohortId: offer.cohortId,
          programId: offer.programId,
          quoteId: offer.id,
          placeType: offer.placeType,
          owner,
          participant,
          currency: offer.currency,
          total: offer.total,
          financeCharge: offer.financeCharge,
          schedule: offer.schedule.map((due) => ({ id: ids.next("due"), ...due })),
          terms: { ...terms, planKind: offer.plan.kind },
          agreementHash: document.hash,
        },
        now,
      ),
    }),
    { actor, action: "hold", now },
  );
}

export async function heldBooking(...request: Parameters<typeof holdSample>): Promise<Booking> {
  const held = await holdSample(...request);
  if (!held.ok) throw new Error(`the sample place could not be held: ${held.reason}`);
  return asStored(request[0], held.booking);
}

/** The only booking of its cohort, held and signed. */
export async function signedBooking(store: Store, now: Instant): Promise<Booking> {
  const program = sampleProgram();
  const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
  const held = await heldBooking(store, offer, `${offer.id}@example.com`, now);
  const { hash } = held.agreement;
  const signature = { hash, signature: "Sample", sourceIp: "", userAgent: "", signedBy: "sample", autopay: false };
  const signed = await signAgreement(store, held.id, signature, { actor, action: "sign", now }, () => null);
  if (!signed.ok) throw new Error(`the sample agreement could not be signed: ${signed.reason}`);
  return asStored(store, signed.booking);
}

/** The invited participant accepts, as the booking function does it. */
export async function acceptSample(store: Store, booking: Booking, now: Instant): Promise<Booking> {
  const { hash } = participationDocument(booking);
  const signed = { hash, signature: "Sample Person", sourceIp: "", userAgent: "", signedBy: "sample" };
  const asked = { email: booking.participant.email, ...signed };
  const accepted = await acceptParticipation(store, booking.id, asked, { actor, action: "accept", now }, () => null);
  if (!accepted.ok) throw new Error(`the sample invitation could not be accepted: ${accepted.reason}`);
  return asStored(store, accepted.booking);
}

/** A booking with the hash of its last audit record, which a decision's result lacks. */
export async function asStored(store: Store, { id }: Booking): Promise<Booking> {
  const booking = await readBooking(store, id);
  if (booking === null) throw new Error(`${id} does not exist`);
  return booking;
}
