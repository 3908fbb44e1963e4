import { endEarly } from "@clearing/commands/end-early";
import { acceptParticipation, correctInvitation } from "@clearing/commands/participation";
import * as routes from "@clearing/contracts/routes/participation";
import { type Booking, isPayer, onlyTakesPart, type Person } from "@clearing/domain/booking";
import { callerIn } from "@clearing/runtime/access";
import type { Refusal } from "@clearing/runtime/answer";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { type CommandContext, command } from "@clearing/runtime/command";
import { readTerms } from "@clearing/store/agreement";
import { readBooking } from "@clearing/store/booking";
import type { BookingFile } from "@clearing/store/booking-file";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { bookingInTheWay, bookingTakenPartIn } from "@clearing/store/locks";
import { birthProblem } from "./birth.ts";
import { bookingAnswer, withFile } from "./with-file.ts";

/** What to do about another booking that blocks the request. */
const blocked = {
  accept:
    "You already take part in another booking in this cohort. To accept this invitation, cancel that booking or withdraw from it first.",
  correct: "You have already booked for this address. Cancel that booking first, or enter another address.",
};

const isInvited = ({ email }: Person, booking: Booking) => onlyTakesPart(email, booking);

export const participationBindings = [
  bind(routes.getParticipation, async ({ params }, context): Promise<Answer> => {
    const { store } = context.deps;
    const booking = await readBooking(store, params.id);
    if (booking === null || !onlyTakesPart(callerIn(context).email, booking)) return { refused: "not_found" };
    const { version, hash, html } = await readTerms(store, booking);
    return { status: 200, body: { version, hash, html } };
  }),

  command(routes.answerInvitation, {
    as: ["client"],
    action: ({ body }) => (body.accepted ? "accept_participation" : "decline_participation"),
    status: 200,
    view: bookingAnswer,
    run: ({ params, body }, context) =>
      withFile(context, params.id, isInvited, async (_file, answer) =>
        body.accepted ? accept(context, params.id, body, answer) : decline(context, params.id, answer),
      ),
    refusals: {
      invalid_transition: {
        refused: "invalid_transition",
        detail:
          "The invitation has already been answered, or the booking has ended. An acceptance can be withdrawn only before the first day of the cohort.",
      },
      already_booked: async ({ booking }, { deps, now }) =>
        alreadyBooked(await bookingTakenPartIn(deps.store, booking, now), blocked.accept),
    },
  }),

  command(routes.putParticipant, {
    as: ["client"],
    action: "correct_participant",
    status: 200,
    view: bookingAnswer,
    run: ({ params, body }, context) =>
      withFile(context, params.id, isPayer, (_file, answer) =>
        correctInvitation(context.deps.store, params.id, body, context.occasion, answer),
      ),
    refusals: {
      invalid_transition: {
        refused: "invalid_transition",
        detail: "Only the details of an invited participant who has not answered yet can be corrected.",
      },
      date_of_birth: (refusal) => birthProblem(refusal, ""),
      own_address: {
        refused: "validation_failed",
        errors: [
          { path: "email", message: "Must not be your own address. To take part yourself, cancel and book again." },
        ],
      },
      limit_exceeded: ({ retryAfter }) => ({
        refused: "limit_exceeded",
        retryAfter,
        detail: "The participant's details can be corrected only once in 24 hours. Try again later.",
      }),
      already_booked: async ({ booking }, { deps, now }) =>
        alreadyBooked(await bookingInTheWay(deps.store, booking, now), blocked.correct),
    },
  }),
];

type Answering = (booking: Booking) => IdempotencyRecord | null;
type Signed = { hash?: string | undefined; signature?: string | undefined };

async function accept(
  { deps, caller, sourceIp, userAgent, occasion }: CommandContext<BookingFile>,
  bookingId: string,
  { hash, signature }: Signed,
  answer: Answering,
) {
  if (hash === undefined || signature === undefined) {
    return { ok: false, reason: "validation_failed", errors: missing({ hash, signature }) } as const;
  }
  const evidence = { email: caller.email, hash, signature, sourceIp, userAgent, signedBy: caller.sub };
  return acceptParticipation(deps.store, bookingId, evidence, occasion, answer);
}

/** Before the acceptance a decline refunds everything; after it, the policy decides. */
const decline = ({ deps, caller, occasion }: CommandContext<BookingFile>, bookingId: string, answer: Answering) =>
  endEarly(
    deps.store,
    { bookingId, by: "participant", refundId: deps.ids.next("ref"), participant: caller.email },
    occasion,
    answer,
  );

const missing = (given: Signed) =>
  (["hash", "signature"] as const)
    .filter((path) => given[path] === undefined)
    .map((path) => ({ path, message: "Is required to accept" }));

const alreadyBooked = (bookingId: string | null, detail: string): Refusal => ({
  refused: "already_booked",
  detail,
  ...(bookingId === null ? {} : { bookingId }),
});
