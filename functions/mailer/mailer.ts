import type { Booking } from "@clearing/domain/booking";
import type { EventName } from "@clearing/domain/event";
import { Failure } from "@clearing/domain/failure";
import { consumedOnce } from "@clearing/runtime/consumed-once";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import type { Mailer } from "@clearing/runtime/mailer";
import { readBooking } from "@clearing/store/booking";
import { countMail } from "@clearing/store/mail-bound";
import { readRefund } from "@clearing/store/refund";
import { noteUndeliverable } from "@clearing/store/undeliverable";
import { mails } from "./mails.ts";
import { renderMail } from "./render.ts";

/**
 * Sends the mail that an event calls for to whom the booking belongs, once per event. The address is read from the
 * booking: events carry none (I8). A mail that the service refuses for good is not tried again; one that is over the
 * day's bound of mails about unpaid holds is left out.
 */
export async function mailAbout(event: BusEvent, deps: Deps & { mailer: Mailer }): Promise<void> {
  const name = event.name as EventName;
  const write = mails[name];
  const bookingId = event.subject.type === "booking" ? event.subject.id : event.data.bookingId;
  if (write === undefined || typeof bookingId !== "string") return;
  const booking = await readBooking(deps.store, bookingId);
  if (booking === null) throw new Failure("the event is about a booking that does not exist", { bookingId });
  const { refundId } = event.data;
  const refund = typeof refundId === "string" ? await readRefund(deps.store, bookingId, refundId) : null;
  const wording = write({ booking, refund, data: event.data, now: deps.clock.now() });
  if (wording === null) return;

  const mail = {
    id: event.id,
    to: booking.owner.email,
    subject: wording.subject,
    ...renderMail(booking, wording, deps.config),
    tags: { booking: bookingId, recipient: "payer" },
  };
  const consumed = await consumedOnce(deps.store, { prefix: "MAIL", eventId: event.id }, deps.clock, async () => {
    if (isBounded(name, booking) && !(await countMail(deps.store, { to: mail.to, kind: "hold", mailId: mail.id }))) {
      deps.log.metric("MailLeftOut", 1, "Count");
      return;
    }
    const outcome = await deps.mailer.send(mail);
    deps.log.info("mail", { bookingId, outcome });
    if (outcome === "refused") await noteUndeliverable(deps.store, mail.to, { kind: "refused", at: deps.clock.now() });
    if (outcome === "kept") deps.log.metric("MailKept", 1, "Count");
    if (outcome === "refused" || outcome === "recipient_not_verified") deps.log.metric("MailRefused", 1, "Count");
  });
  deps.log.info("mail", { bookingId, consumed });
}

/** Whoever holds and lets go all day would be mailed each time: mails about a hold are bounded while nothing was paid. */
const isBounded = (name: EventName, { paid }: Booking): boolean =>
  paid === 0 && ["BookingHeld", "HoldExpired", "BookingCancelled", "BookingDeclined"].includes(name);
