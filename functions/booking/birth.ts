import type { BirthRefusal } from "@clearing/domain/booking";
import type { Refusal } from "@clearing/runtime/answer";

const messages: Record<BirthRefusal, string> = {
  in_the_future: "Must not be in the future",
  too_long_ago: "Must not be over 120 years ago",
  under_age: "The participant must be at least 18 on the first day",
};

/** The problem of an invalid date of birth; `prefix` is the path of the participant in the body. */
export const birthProblem = ({ birth }: { birth: BirthRefusal }, prefix: "" | "participant."): Refusal => ({
  refused: "validation_failed",
  errors: [{ path: `${prefix}dateOfBirth`, message: messages[birth] }],
});
