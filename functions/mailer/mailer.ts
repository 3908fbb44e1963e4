import { type Booking, isInvited, isLapse, isUnpaid, permissionInForce } from "@clearing/domain/booking";
import { type EventName, eventNames } from "@clearing/domain/event";
import { Failure } from "@clearing/domain/failure";
import type { Instant } from "@clearing/domain/time";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import type { Mail, Mailer } from "@clearing/runtime/mailer";
import type { PayLinks } from "@clearing/runtime/pay-links";
import { readBooking } from "@clearing/store/booking";
import { consumedOnce } from "@clearing/store/consumed-once";
import { countMail, type MailKind } from "@clearing/store/mail-bound";
import { readPermission } from "@clearing/store/permission";
import { readRefund } from "@clearing/store/refund";
import { isRemoved } from "@clearing/store/removed";
import { noteUndeliverable } from "@clearing/store/undeliverable";
import { addresseesOf } from "./addressees.ts";
import { mails } from "./mails.ts";
import { renderMail, withoutSite } from "./render.ts";
import type { MailInput } from "./words.ts";

type MailerDeps = Deps & { mailer: Mailer; payLinks: () => Promise<PayLinks> };

/**
 * Sends the mails about an event to the people whom the booking concerns: once, or again if the database fails to note
 * that they were sent. Reads addresses from the booking, because events carry none (I8). A mail that the service
 * permanently refuses is not retried; a mail over the day's limit is left out.
 */
export async function mailAbout(event: BusEvent, deps: MailerDeps): Promise<string> {
  const name = eventNames.find((one) => one === event.name);
  const bookingId = event.subject.type === "booking" ? event.subject.id : event.data.bookingId;
  if (name === undefined || mails[name] === "no mail" || typeof bookingId !== "string") return "no_mail";
  if (name === "ClearanceChanged" && !isLapse(event.data.status)) return "no_mail";
  const booking = await readBooking(deps.store, bookingId);
  if (booking === null && (await isRemoved(deps.store, bookingId))) return "removed";
  if (booking === null) throw new Failure("booking of event not found", { bookingId });
  const { refundId } = event.data;
  const refund = typeof refundId === "string" ? await readRefund(deps.store, bookingId, refundId) : null;
  const now = deps.clock.now();
  const { config } = deps;
  const links = await deps.payLinks();
  const payLink = (dueId: string, atLeastUntil: Instant) =>
    `${config.publicUrl}/pay/${links.tokenFor({ bookingId, dueId }, now, atLeastUntil)}`;
  const input: MailInput = { booking, refund, data: event.data, now, payLink, ...(await copied(name, booking, deps)) };

  const written: string[] = [];
  for (const { recipient, to, write } of addresseesOf(name, booking, config.supportEmail)) {
    const wording = write(input);
    if (wording === null) continue;
    const id = `${event.id}.${recipient}`;
    // SES allows no other characters in a tag.
    const correlation = event.correlationId.replace(/[^\w-]/g, "");
    const tags = { booking: bookingId, recipient, correlation };
    const sender = recipient === "operator" ? withoutSite(config) : config;
    const mail = { id, to, subject: wording.subject, ...renderMail(booking, wording, sender), tags };
    const consumed = await consumedOnce(deps.store, { prefix: "MAIL", eventId: id }, () =>
      send(mail, boundOf(name, booking), deps),
    );
    deps.log.info("mail handled", { bookingId, recipient, consumed });
    written.push(recipient);
  }
  return written.length === 0 ? "no_mail" : `mailed_${written.join("_and_")}`;
}

const copiesPermission: readonly EventName[] = ["AutopayChanged", "PaymentMethodSaved", "AgreementSigned"];

/** The permission in force, for mails that carry the client's copy of it. */
async function copied(name: EventName, booking: Booking, { store }: Deps): Promise<Pick<MailInput, "permission">> {
  const inForce = copiesPermission.includes(name) ? permissionInForce(booking) : null;
  const kept = inForce && (await readPermission(store, booking.id, inForce.id));
  return kept === null ? {} : { permission: kept.paragraphs };
}

async function send(mail: Mail, bound: MailKind | null, deps: MailerDeps): Promise<void> {
  const { store, mailer, log, clock, config } = deps;
  const counted = { to: mail.to, mailId: mail.id, mostADay: config.mailsADay };
  if (bound !== null && !(await countMail(store, { ...bound, ...counted }))) {
    log.metric("MailLeftOut", 1, "Count");
    return;
  }
  const outcome = await mailer.send(mail);
  log.info("mail sent to provider", { bookingId: mail.tags.booking, outcome });
  if (outcome === "refused") await noteUndeliverable(store, mail.to, { kind: "refused", at: clock.now() });
  if (outcome === "kept") log.metric("MailKept", 1, "Count");
  if (outcome === "refused" || outcome === "recipient_not_verified") log.metric("MailRefused", 1, "Count");
}

const aboutHold: readonly EventName[] = ["BookingHeld", "HoldExpired", "BookingCancelled", "ParticipantCorrected"];

/**
 * One account could hold and release places, or invite people, all day, and cause a mail each time. So there are limits
 * on mails about unpaid holds and on invitations; one payer may also invite an address only once a day.
 */
function boundOf(name: EventName, booking: Booking): MailKind | null {
  if (name === "ParticipationChanged")
    return isInvited(booking) ? { kind: "invitation", payer: booking.owner.email } : null;
  return isUnpaid(booking) && aboutHold.includes(name) ? { kind: "hold" } : null;
}
