import { canBeCleared, isToBeRenewed } from "@clearing/domain/booking";
import { label, moment, type Write } from "./words.ts";

/** A booking that was confirmed hears of it when it loses that: `BookingUnconfirmed` has the same mail. */
export const lapsed: Write = ({ booking, data, now }) =>
  !isToBeRenewed(booking, data.status, now)
    ? null
    : {
        subject: "Something has to be brought up to date",
        paragraphs: [
          `Something that we had from you has to be brought up to date before your booking can be confirmed: ${label(booking)}.`,
          `Please get in touch with us before ${moment(booking, booking.clearanceDueAt)}.`,
        ],
      };

/** Weeks before the deadline: only while something is still missing by then. */
export const reminder: Write = ({ booking, now }) =>
  !canBeCleared(booking, now)
    ? null
    : {
        subject: "Something is still missing",
        paragraphs: [
          `Something is still missing before your booking can be confirmed: ${label(booking)}.`,
          `Please complete it, or get in touch with us, before ${moment(booking, booking.clearanceDueAt)}.`,
        ],
      };
