import { createBooking } from "@clearing/contracts/routes/booking";
import { agreementDocument } from "@clearing/domain/agreement";
import { type BookingTerms, type HoldRequest, hold } from "@clearing/domain/booking";
import { type Cohort, isOnSale } from "@clearing/domain/cohort";
import { clearanceDeadline, type Quote } from "@clearing/domain/plan";
import type { Program } from "@clearing/domain/program";
import { actorOf, callerIn, emailOwner } from "@clearing/runtime/access";
import { type Answer, bind, type Caller } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { readCohortItem } from "@clearing/store/cohort";
import { holdPlace } from "@clearing/store/hold";
import { readProgram } from "@clearing/store/program";
import { readQuote } from "@clearing/store/quote";

type Body = { quoteId: string; participant: HoldRequest["participant"] };

/** Holds a place at a quote's prices. */
export const holdBinding = bind(createBooking, async ({ body }, context): Promise<Answer> => {
  const { deps, now } = context;
  const caller = callerIn(context);
  const quote = await readQuote(deps.store, body.quoteId);
  if (quote === null) return { refused: "not_found", detail: "There is no such quote" };
  if (quote.usedBy !== undefined) return { refused: "quote_used" };
  if (quote.validUntil <= now) return { refused: "quote_expired" };
  const [cohort, program] = await Promise.all([
    readCohortItem(deps.store, quote.cohortId),
    readProgram(deps.store, quote.programId),
  ]);
  if (cohort === null || program === null || program.status !== "published" || !isOnSale(cohort, now)) {
    return { refused: "not_on_sale" };
  }
  const { dateOfBirth } = body.participant;
  const errors = ageErrors(dateOfBirth, cohort.startsOn);
  if (errors.length > 0) return { refused: "validation_failed", errors };

  const id = deps.ids.next("bkg");
  const terms = termsOf(quote, cohort, program);
  const document = agreementDocument({
    bookingId: id,
    version: 1,
    publicLabel: program.publicLabel,
    participantName: body.participant.name,
    startsOn: cohort.startsOn,
    endsOn: cohort.endsOn,
    timeZone: cohort.timeZone,
    venue: cohort.venue,
    planKind: quote.plan.kind,
    currency: quote.currency,
    lines: quote.lines,
    total: quote.total,
    schedule: quote.schedule,
    policy: quote.policy,
    administrationFee: terms.administrationFee,
    clearanceDeadlineOn: clearanceDeadline(program, cohort.startsOn),
  });
  const request: Omit<HoldRequest, "placeId"> = {
    id,
    cohortId: cohort.id,
    programId: program.id,
    quoteId: quote.id,
    placeType: quote.placeType,
    owner: ownerOf(caller, body),
    participant: body.participant,
    currency: quote.currency,
    total: quote.total,
    financeCharge: quote.financeCharge,
    schedule: quote.schedule.map((due) => ({ id: deps.ids.next("due"), ...due })),
    terms,
    agreementHash: document.hash,
  };
  const held = await holdPlace(
    deps.store,
    { cohortId: cohort.id, placeType: quote.placeType, quoteId: quote.id, agreement: document },
    (placeId) => {
      const change = hold({ ...request, placeId }, now);
      return { change, idempotency: recordOf(context, 201, bookingView(change.booking, null, now)) };
    },
    { actor: actorOf(caller, ["admin", "client"]), action: "hold", now },
  );
  if (held.ok) return { status: 201, body: bookingView(held.booking, null, now) };
  return held.reason === "replayed" ? { replayed: true } : { refused: held.reason };
});

/** Adults only, on the first day. */
function ageErrors(dateOfBirth: string, startsOn: string) {
  const eighteenth = `${String(Number(dateOfBirth.slice(0, 4)) + 18).padStart(4, "0")}${dateOfBirth.slice(4)}`;
  return eighteenth > startsOn
    ? [{ path: "participant.dateOfBirth", message: "The participant must be 18 on the first day" }]
    : [];
}

/** A booking belongs to who made it; one that an admin makes, to the client whose verified e-mail is the participant's. */
function ownerOf(caller: Caller, { participant }: Body): HoldRequest["owner"] {
  if (!caller.roles.includes("admin")) return { sub: caller.sub, email: caller.email };
  return { sub: emailOwner(participant.email), email: participant.email.toLowerCase() };
}

function termsOf(quote: Quote, cohort: Cohort, program: Program): BookingTerms {
  return {
    publicLabel: program.publicLabel,
    planKind: quote.plan.kind,
    startsOn: cohort.startsOn,
    endsOn: cohort.endsOn,
    timeZone: cohort.timeZone,
    clearanceDeadline: cohort.salesEndAt,
    declineAfterHours: program.screening.declineAfterHours,
    validityDays: program.screening.validityDays,
    holdMinutes: program.holdMinutes,
    administrationFee: program.cancellation.administrationFee,
    tiers: program.cancellation.tiers,
  };
}
