import { type Booking, isAccepted, isForOneself } from "@clearing/domain/booking";
import type { EventName } from "@clearing/domain/event";
import { mailsAbout, type Recipient } from "./mails.ts";
import type { Write } from "./words.ts";

type Addressee = { recipient: Recipient; to: string; write: Write };

/**
 * Who gets a mail about an event, and with which text. A participant for whom somebody else booked gets mails after
 * accepting; before, or after declining, only those about the invitation.
 */
export function addresseesOf(name: EventName, booking: Booking, operator: string): Addressee[] {
  const { payer, participant, operator: staff } = mailsAbout(name);
  const toOperator = addressee("operator", operator, staff);
  if (isForOneself(booking)) return [...addressee("payer", booking.owner.email, payer ?? participant), ...toOperator];
  const hears = isAccepted(booking) || name === "ParticipationChanged";
  return [
    ...toOperator,
    ...addressee("payer", booking.owner.email, payer),
    ...(hears ? addressee("participant", booking.participant.email, participant) : []),
  ];
}

const addressee = (recipient: Recipient, to: string, write: Write | undefined): Addressee[] =>
  write === undefined ? [] : [{ recipient, to, write }];
