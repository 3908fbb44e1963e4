import type { BirthRefusal } from "@clearing/domain/booking";
import type { Refusal } from "@clearing/runtime/answer";

const messages: Record<BirthRefusal, string> = {
  in_the_future: "Must not be in the future",
  too_long_ago: "Must not be over 120 years ago",
  under_age: "The participant must be at least 18 on the first day",
};

/** What is wrong with a participant's date of birth, in the API's words; `prefix` leads to the participant in the body. */
export const birthProblem = ({ birth }: { birth: BirthRefusal }, prefix: "" | "participant."): Refusal => ({
  refused: "validation_failed",
  errors: [{ path: `${prefix}dateOfBirth`, message: messages[birth] }],
});
