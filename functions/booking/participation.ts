import { endEarly } from "@clearing/commands/end-early";
import { acceptParticipation, correctInvitation } from "@clearing/commands/participation";
import { answerInvitation, getParticipation, putParticipant } from "@clearing/contracts/routes/participation";
import { type Booking, onlyTakesPart } from "@clearing/domain/booking";
import { actorOf, callerIn, owns } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { recordOf } from "@clearing/runtime/record";
import { readTerms } from "@clearing/store/agreement";
import { readBooking } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { bookingInTheWay, bookingTakenPartIn } from "@clearing/store/locks";
import { birthProblem } from "./birth.ts";

const notFound: Answer = { refused: "not_found" };

type Answered = { accepted: boolean; hash?: string | undefined; signature?: string | undefined };

export const participationBindings = [
  bind(getParticipation, async ({ params }, context): Promise<Answer> => {
    const { store } = context.deps;
    const booking = await readBooking(store, params.id);
    if (booking === null || !onlyTakesPart(callerIn(context).email, booking)) return notFound;
    const { version, hash, html } = await readTerms(store, booking);
    return { status: 200, body: { version, hash, html } };
  }),

  bind(answerInvitation, async ({ params, body }, context): Promise<Answer> => {
    const file = await readFile(context.deps.store, params.id);
    if (file === null || !onlyTakesPart(callerIn(context).email, file.booking)) return notFound;
    const view = (booking: Booking) => bookingView(booking, file.clearance, context.now, callerIn(context));
    return body.accepted ? accept(context, params.id, body, view) : decline(context, params.id, view);
  }),

  bind(putParticipant, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const caller = callerIn(context);
    const file = await readFile(deps.store, params.id);
    if (file === null || !owns(caller, file.booking)) return notFound;
    const view = (booking: Booking) => bookingView(booking, file.clearance, now, caller);
    const occasion = { actor: actorOf(caller, ["client"]), action: "correct_participant", now };
    const corrected = await correctInvitation(deps.store, params.id, body, occasion, (booking) =>
      recordOf(context, 200, view(booking)),
    );
    if (corrected.ok) return { status: 200, body: view(corrected.booking) };
    switch (corrected.reason) {
      case "date_of_birth":
        return birthProblem(corrected, "");
      case "own_address": {
        const message = "Must not be your own address: cancel, and book for yourself";
        return { refused: "validation_failed", errors: [{ path: "email", message }] };
      }
      case "limit_exceeded":
        return { refused: "limit_exceeded", retryAfter: corrected.retryAfter, detail: "One correction a day" };
      case "already_booked":
        return alreadyBooked(await bookingInTheWay(deps.store, corrected.booking, now));
      case "replayed":
        return { replayed: true };
      case "not_found":
      case "invalid_transition":
      case "conflict":
        return { refused: corrected.reason };
    }
  }),
];

async function accept(
  context: RequestContext,
  bookingId: string,
  { hash, signature }: Answered,
  view: (booking: Booking) => unknown,
): Promise<Answer> {
  const { deps, now, sourceIp, userAgent } = context;
  const { sub, email } = callerIn(context);
  if (hash === undefined || signature === undefined)
    return { refused: "validation_failed", errors: missing({ hash, signature }) };
  const accepted = await acceptParticipation(
    deps.store,
    bookingId,
    { email, hash, signature, sourceIp, userAgent, signedBy: sub },
    { actor: actorOf(callerIn(context), ["client"]), action: "accept_participation", now },
    (booking) => recordOf(context, 200, view(booking)),
  );
  if (accepted.ok) return { status: 200, body: view(accepted.booking) };
  if (accepted.reason === "already_booked") {
    return alreadyBooked(await bookingTakenPartIn(deps.store, accepted.booking, now));
  }
  return accepted.reason === "replayed" ? { replayed: true } : { refused: accepted.reason };
}

/** Before the acceptance everything that was paid goes back, after it the policy decides. */
async function decline(
  context: RequestContext,
  bookingId: string,
  view: (booking: Booking) => unknown,
): Promise<Answer> {
  const { deps, now } = context;
  const caller = callerIn(context);
  const ended = await endEarly(
    deps.store,
    { bookingId, by: "participant", refundId: deps.ids.next("ref"), participant: caller.email },
    { actor: actorOf(caller, ["client"]), action: "decline_participation", now },
    (booking) => recordOf(context, 200, view(booking)),
  );
  if (ended.ok) return { status: 200, body: view(ended.booking) };
  return ended.reason === "replayed" ? { replayed: true } : { refused: ended.reason };
}

const missing = (given: Pick<Answered, "hash" | "signature">) =>
  (["hash", "signature"] as const)
    .filter((path) => given[path] === undefined)
    .map((path) => ({ path, message: "Required when accepting" }));

const alreadyBooked = (bookingId: string | null): Answer =>
  bookingId === null ? { refused: "already_booked" } : { refused: "already_booked", bookingId };
