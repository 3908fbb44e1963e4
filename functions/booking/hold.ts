import { createBooking } from "@clearing/contracts/routes/booking";
import { agreementDocument } from "@clearing/domain/agreement";
import { type BirthRefusal, emailOwner, type HoldRequest, hold, ownersOf, refuseBirth } from "@clearing/domain/booking";
import { comparableAddress } from "@clearing/domain/person";
import { refuseQuote } from "@clearing/domain/plan";
import { dateIn } from "@clearing/domain/time";
import { actorOf, callerIn } from "@clearing/runtime/access";
import { type Answer, bind, type Caller, type RequestContext } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { type HoldRefusal, holdPlace } from "@clearing/store/hold";
import { readLiveBooking } from "@clearing/store/locks";
import { readQuote } from "@clearing/store/quote";

type Body = { quoteId: string; participant: HoldRequest["participant"] };

/** Holds a place at a quote's prices. */
export const holdBinding = bind(createBooking, async ({ body }, context): Promise<Answer> => {
  const { deps, now } = context;
  const caller = callerIn(context);
  const quote = await readQuote(deps.store, body.quoteId, now);
  if (quote === null) return { refused: "not_found", detail: "There is no such quote" };
  if (quote.usedBy !== undefined) return { refused: "quote_used" };
  const notSold = refuseQuote(quote, now);
  if (notSold !== null) return { refused: notSold };
  const { terms } = quote;
  const refusal = refuseBirth(body.participant.dateOfBirth, terms.startsOn, dateIn(terms.timeZone, now));
  if (refusal !== null) {
    return {
      refused: "validation_failed",
      errors: [{ path: "participant.dateOfBirth", message: birthMessages[refusal] }],
    };
  }

  const id = deps.ids.next("bkg");
  const document = agreementDocument({
    ...terms,
    bookingId: id,
    version: 1,
    participantName: body.participant.name,
    planKind: quote.plan.kind,
    currency: quote.currency,
    lines: quote.lines,
    total: quote.total,
    schedule: quote.schedule,
    policy: quote.policy,
  });
  const request: Omit<HoldRequest, "placeId"> = {
    id,
    cohortId: quote.cohortId,
    programId: quote.programId,
    quoteId: quote.id,
    placeType: quote.placeType,
    owner: ownerOf(caller, body),
    participant: body.participant,
    currency: quote.currency,
    total: quote.total,
    financeCharge: quote.financeCharge,
    schedule: quote.schedule.map((due) => ({ id: deps.ids.next("due"), ...due })),
    terms: { ...terms, planKind: quote.plan.kind },
    agreementHash: document.hash,
  };
  const held = await holdPlace(
    deps.store,
    {
      cohortId: quote.cohortId,
      placeType: quote.placeType,
      quoteId: quote.id,
      datesVersion: terms.datesVersion,
      agreement: document,
    },
    (placeId) => {
      const change = hold({ ...request, placeId }, now);
      return { change, idempotency: recordOf(context, 201, bookingView(change.booking, null, now, caller)) };
    },
    { actor: actorOf(caller, ["admin", "client"]), action: "hold", now },
  );
  if (held.ok) return { status: 201, body: bookingView(held.booking, null, now, caller) };
  return held.reason === "replayed" ? { replayed: true } : refuse(context, quote.cohortId, body, held.reason);
});

const meansBooked: readonly HoldRefusal[] = ["already_booked", "sold_out"];

/**
 * The owner of the participant's live booking in this cohort, or an admin, is told of it, also when that very booking has
 * taken the last place. Anybody else is told what they would be told without it.
 */
async function refuse(
  context: RequestContext,
  cohortId: string,
  { participant: { email } }: Body,
  refused: Exclude<HoldRefusal, "replayed">,
): Promise<Answer> {
  if (!meansBooked.includes(refused)) return { refused };
  const live = await readLiveBooking(context.deps.store, { cohortId, email }, context.now);
  const caller = callerIn(context);
  const mayKnow = live !== null && (caller.roles.includes("admin") || ownersOf(caller).includes(live.ownerSub));
  return mayKnow ? { refused: "already_booked", bookingId: live.bookingId } : { refused };
}

const birthMessages: Record<BirthRefusal, string> = {
  in_the_future: "Must not be in the future",
  too_long_ago: "Must not be over 120 years ago",
  under_age: "The participant must be 18 on the first day",
};

/** A booking belongs to who made it; one that an admin makes, to the client whose verified e-mail is the participant's. */
function ownerOf(caller: Caller, { participant }: Body): HoldRequest["owner"] {
  if (!caller.roles.includes("admin")) return { sub: caller.sub, email: caller.email };
  return { sub: emailOwner(participant.email), email: comparableAddress(participant.email) };
}
