import { type HoldRefused, holdPlace } from "@clearing/commands/hold";
import { createBooking } from "@clearing/contracts/routes/booking";
import { agreementDocument } from "@clearing/domain/agreement";
import { type HoldRequest, hold, holdOf, ownerOf, refuseHold } from "@clearing/domain/booking";
import { type Instant, secondsBetween } from "@clearing/domain/time";
import { actorOf, callerIn } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { bookingInTheWay } from "@clearing/store/locks";
import { readQuote } from "@clearing/store/quote";
import { birthProblem } from "./birth.ts";

/** Holds a place at a quote's prices. */
export const holdBinding = bind(createBooking, async ({ body }, context): Promise<Answer> => {
  const { deps, now } = context;
  const caller = callerIn(context);
  const quote = await readQuote(deps.store, body.quoteId, now);
  if (quote === null) return { refused: "not_found", detail: "There is no such quote" };
  const refusal = refuseHold(quote, body.participant, now);
  if (refusal !== null)
    return refusal.reason === "date_of_birth" ? birthProblem(refusal, "participant.") : { refused: refusal.reason };

  const { terms } = quote;
  const admin = caller.roles.includes("admin");
  const id = deps.ids.next("bkg");
  const document = agreementDocument({
    ...terms,
    bookingId: id,
    version: 1,
    participantName: body.participant.name,
    currency: quote.currency,
    lines: quote.lines,
    total: quote.total,
    schedule: quote.schedule,
    policy: quote.policy,
  });
  const made = {
    id,
    owner: ownerOf({ ...caller, admin }, body.participant),
    participant: body.participant,
    agreementHash: document.hash,
  };
  const request = holdOf(quote, made, () => deps.ids.next("due"));
  const held = await holdPlace(
    deps.store,
    {
      cohortId: quote.cohortId,
      placeType: quote.placeType,
      quoteId: quote.id,
      datesVersion: terms.datesVersion,
      agreement: document,
      // An admin's holds are not counted.
      account: admin ? null : { sub: caller.sub, limits: deps.config.holdLimits },
    },
    (placeId, holdSlot) => {
      const change = hold({ ...request, placeId, holdSlot }, now);
      return { change, idempotency: recordOf(context, 201, bookingView(change.booking, null, now, caller)) };
    },
    { actor: actorOf(caller, ["admin", "client"]), action: "hold", now },
  );
  if (held.ok) return { status: 201, body: bookingView(held.booking, null, now, caller) };
  return held.reason === "replayed" ? { replayed: true } : refuse(context, request, held);
});

const meansBooked: readonly HoldRefused["reason"][] = ["already_booked", "sold_out", "limit_exceeded"];

/**
 * Whoever meets a live booking is told of it, also when that very booking has taken the last place, or is one of the
 * holds that leave no room for another: their own, as the participant or as the payer, or, an admin, the participant's.
 */
async function refuse(
  { deps, now, lookAgain }: RequestContext,
  request: Pick<HoldRequest, "cohortId" | "owner" | "participant">,
  refusal: HoldRefused,
): Promise<Answer> {
  const refused = refusal.reason === "limit_exceeded" ? overLimit(refusal, now) : { refused: refusal.reason };
  if (!meansBooked.includes(refusal.reason)) return refused;
  lookAgain();
  const bookingId = await bookingInTheWay(deps.store, request, now);
  return bookingId === null ? refused : { refused: "already_booked", bookingId };
}

const limitDetails: Record<"live" | "unpaid", string> = {
  live: "So many of your places wait for their deposits already. Pay one of them, or cancel it, to hold another.",
  unpaid: "Holds of yours in this cohort ended unpaid several times within a day. Come back later, or write to us.",
};

const overLimit = ({ limit, until }: Extract<HoldRefused, { reason: "limit_exceeded" }>, now: Instant) => ({
  refused: "limit_exceeded" as const,
  retryAfter: secondsBetween(now, until),
  detail: limitDetails[limit],
});
