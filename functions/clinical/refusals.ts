import type { Refusal } from "@clearing/runtime/answer";

export const notAccepted: Refusal = {
  refused: "invalid_transition",
  detail: "The participant has not accepted the invitation yet.",
};

export const noneToEvaluate: Refusal = {
  refused: "invalid_transition",
  detail: "The booking has ended, or the participant has arrived. No evaluation is recorded after that.",
};

export const noneToWithdraw: Refusal = {
  refused: "invalid_transition",
  detail: "Nothing can be withdrawn: no evaluation is recorded, the booking has ended, or the participant has arrived.",
};
