import type { EventName } from "@clearing/domain/event";
import { consumedOnce } from "@clearing/runtime/consumed-once";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import type { Mailer } from "@clearing/runtime/mailer";
import { readBooking } from "@clearing/store/booking";
import { mails, renderMail } from "./mails.ts";

/**
 * Sends the mail that an event calls for to whom the booking belongs, once per event. The address is read from the
 * booking: events carry none (I8). A mail that the service refuses for good is not tried again.
 */
export async function mailAbout(event: BusEvent, deps: Deps & { mailer: Mailer }): Promise<void> {
  const write = mails[event.name as EventName];
  const bookingId = event.subject.type === "booking" ? event.subject.id : event.data.bookingId;
  if (write === undefined || typeof bookingId !== "string") return;
  const booking = await readBooking(deps.store, bookingId);
  if (booking === null) throw new Error(`${event.name} is about ${bookingId}, which does not exist`);
  const wording = write(booking, event.data);
  if (wording === null) return;

  const outcome = await consumedOnce(deps.store, { prefix: "MAIL", eventId: event.id }, deps.clock, async () => {
    const mail = { to: booking.owner.email, subject: wording.subject, ...renderMail(booking, wording) };
    const result = await deps.mailer.send(mail);
    if (!result.ok) {
      deps.log.warn("mail refused", { bookingId, reason: result.reason });
      deps.log.metric("MailRefused", 1, "Count");
    }
  });
  deps.log.info("mail", { bookingId, outcome });
}
