import { agreementDocument } from "@clearing/domain/agreement";
import {
  type Booking,
  type HoldRefusal,
  type HoldRequest,
  hold,
  holdOf,
  payerFor,
  refuseHold,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { bookingInTheWay } from "@clearing/store/locks";
import { readQuote, type StoredQuote } from "@clearing/store/quote";
import type { Store } from "@clearing/store/store";
import { type HoldRefused, holdPlace, type NotEnded } from "./hold.ts";
import type { HoldingAccount } from "./hold-slots.ts";

/**
 * `lookAgain` reads the stored answer of the same request once more; it is called as soon as a refusal is certain.
 * `notEnded` is called with a lapsed hold that could not be ended.
 */
type Context = {
  store: Store;
  ids: { next(prefix: string): string };
  lookAgain: () => void;
  notEnded: NotEnded;
};

export type HoldAsked = {
  quoteId: string;
  participant: HoldRequest["participant"];
  by: { sub: string; email: string; admin: boolean };
  /** The hold limits of the caller's account. An admin's holds are not counted. */
  limits: HoldingAccount["limits"];
};

type Done = { ok: true; booking: Booking };
type Refused =
  | HoldRefused
  | { ok: false; reason: "already_booked"; bookingId: string }
  | { ok: false; reason: "not_found"; detail: string }
  | ({ ok: false } & HoldRefusal)
  | { ok: false; reason: "replayed" };

/** Holds a place at the prices of a quote. */
export async function holdQuote(
  context: Context,
  asked: HoldAsked,
  occasion: ActionContext,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<Done | Refused> {
  const { now } = occasion;
  const quote = await readQuote(context.store, asked.quoteId, now);
  if (quote === null) return { ok: false, reason: "not_found", detail: "There is no quote with this id." };
  const refusal = refuseHold(quote, asked.participant, now);
  if (refusal !== null) return { ok: false, ...refusal };
  return holdOne(context, quote, asked, occasion, answer);
}

async function holdOne(
  { store, ids, lookAgain, notEnded }: Context,
  quote: StoredQuote,
  { participant, by, limits }: HoldAsked,
  occasion: ActionContext,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<Done | Refused> {
  const { now } = occasion;
  const id = ids.next("bkg");
  const agreement = agreementDocument({
    ...quote.terms,
    bookingId: id,
    version: 1,
    participantName: participant.name,
    currency: quote.currency,
    lines: quote.lines,
    total: quote.total,
    plan: quote.plan,
    schedule: quote.schedule,
    disclosure: quote.disclosure,
    policy: quote.policy,
  });
  const made = { id, owner: payerFor(by, participant), participant, agreementHash: agreement.hash };
  const request = holdOf(quote, made, () => ids.next("due"));
  const { cohortId, placeType } = quote;
  const account = by.admin ? null : { sub: by.sub, limits };
  const held = await holdPlace(
    store,
    { cohortId, placeType, quoteId: quote.id, datesVersion: quote.terms.datesVersion, agreement, account, notEnded },
    (placeId, holdSlot) => {
      const change = hold({ ...request, placeId, holdSlot }, now);
      return { change, idempotency: answer(change.booking) };
    },
    occasion,
  );
  if (held.ok || held.reason === "replayed" || !meansBooked.includes(held.reason)) return held;
  lookAgain();
  return withBookingInTheWay(store, request, held, now);
}

const meansBooked: readonly HoldRefused["reason"][] = ["already_booked", "sold_out", "limit_exceeded"];

/**
 * Replaces a refusal by `already_booked` if the caller has a live booking that blocks the hold: that booking can also
 * have taken the last place or used up the account's limit. It counts as participant or payer; for an admin's hold, the
 * participant's bookings count.
 */
async function withBookingInTheWay(
  store: Store,
  request: Pick<HoldRequest, "cohortId" | "owner" | "participant">,
  refusal: HoldRefused,
  now: Instant,
): Promise<Refused> {
  const bookingId = await bookingInTheWay(store, request, now);
  return bookingId === null ? refusal : { ok: false, reason: "already_booked", bookingId };
}
