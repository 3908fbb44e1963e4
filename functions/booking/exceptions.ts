import { type Exception, makeException, type NotExcepted } from "@clearing/commands/exceptions";
import * as routes from "@clearing/contracts/routes/exceptions";
import {
  type DeferralRefused,
  deferDue,
  isStaffOn,
  mostDaysDeferred,
  sessionMinutes,
  setCollection,
  waiveDue,
} from "@clearing/domain/booking";
import { ownBooking } from "@clearing/runtime/access";
import { type CommandContext, command } from "@clearing/runtime/command";
import type { BookingFile } from "@clearing/store/booking-file";
import { bookingAnswer, withFile } from "./with-file.ts";

const staff = ["admin", "finance"] as const;

type Refused = { ok: false; reason: string };
type OwnBooking = { ok: false; reason: "own_booking" };

/** Staff may make an exception only for others, and must give a reason. */
const except = <No extends Refused>(
  context: CommandContext<BookingFile>,
  id: string,
  exception: Exception<No>,
  reason: string,
) =>
  withFile<No | NotExcepted | OwnBooking>(
    context,
    id,
    () => true,
    async ({ booking }, answer) =>
      isStaffOn(context.person, booking)
        ? makeException(context.deps.store, id, exception, { ...context.occasion, reason }, answer)
        : { ok: false, reason: "own_booking" },
  );

const cannot = (detail: string) => ({ refused: "invalid_transition", detail }) as const;
const booking_over = cannot("This booking has ended, and nothing is owed on it.");
const unchangeable = {
  own_booking: ownBooking,
  booking_over,
  not_paid_yet: cannot("The deposit must be paid first. Nothing else is collected until then."),
  deposit: cannot("The deposit cannot be waived or deferred."),
  nothing_unpaid: cannot("Nothing is left to pay on this due."),
  under_way: cannot(
    `A payment of this due is in progress. Try again when its outcome is known: a payment page closes after ${sessionMinutes} minutes, and a bank debit takes several days.`,
  ),
};
const otherDate = (message: string) =>
  ({ refused: "validation_failed", errors: [{ path: "dueOn", message }] }) as const;
export const exceptionBindings = [
  command(routes.waiveDue, {
    as: staff,
    action: "waive_due",
    status: 200,
    view: bookingAnswer,
    run: ({ params, body }, context) => {
      const request = { refundId: context.deps.ids.next("ref"), requestedBy: context.caller.sub };
      return except(context, params.id, (booking, now) => waiveDue(booking, params.dueId, request, now), body.reason);
    },
    refusals: unchangeable,
  }),

  command(routes.deferDue, {
    as: staff,
    action: "defer_due",
    status: 200,
    view: bookingAnswer,
    run: ({ params, body }, context) =>
      except<DeferralRefused>(
        context,
        params.id,
        (booking, now) => deferDue(booking, params.dueId, body.dueOn, now),
        body.reason,
      ),
    refusals: {
      ...unchangeable,
      no_date_yet: cannot("This due gets its date when the booking is confirmed. Defer it after that."),
      not_later: ({ bound }) => otherDate(`Must be ${bound} or later: after its current date, and not in the past`),
      too_late: ({ bound }) =>
        otherDate(`Must be ${bound} or earlier: at most ${mostDaysDeferred} days after the earliest date allowed`),
    },
  }),

  command(routes.putCollection, {
    as: staff,
    action: ({ body }) => (body.paused ? "pause_collection" : "resume_collection"),
    status: 200,
    view: bookingAnswer,
    run: ({ params, body }, context) =>
      except(context, params.id, (booking, now) => setCollection(booking, body.paused, now), body.reason),
    refusals: { own_booking: ownBooking, booking_over },
  }),
];
