import { canBeCleared, isToBeRenewed } from "@clearing/domain/booking";
import { fill } from "@clearing/domain/text";
import texts from "./texts/clearance.ts";
import { moment, type Write } from "./words.ts";

/** No mail if the booking was confirmed: then `BookingUnconfirmed` has the same mail. */
export const lapsed: Write = ({ booking, data, now }) => {
  if (!isToBeRenewed(booking, data.status, now)) return null;
  const { subject, opening, contact } = texts.lapsed;
  return { subject, paragraphs: [opening, fill(contact, { time: moment(booking, booking.clearanceDueAt) })] };
};

/** Weeks before the deadline, only if something is still missing by then. */
export const reminder: Write = ({ booking, now }) => {
  if (!canBeCleared(booking, now)) return null;
  const { subject, opening, complete } = texts.reminder;
  return { subject, paragraphs: [opening, fill(complete, { time: moment(booking, booking.clearanceDueAt) })] };
};
