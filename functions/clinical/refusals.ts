import type { Refusal } from "@clearing/runtime/answer";

/** To a clinician who pays for a booking or takes part in it: to that one they are a client. */
export const ownBooking: Refusal = {
  refused: "forbidden",
  detail: "A colleague has to do this: the booking is your own",
};

export const notAccepted: Refusal = {
  refused: "invalid_transition",
  detail: "The participant has not accepted the invitation yet",
};
