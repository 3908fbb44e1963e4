import { holdQuote } from "@clearing/commands/hold-quote";
import { createBooking } from "@clearing/contracts/routes/booking";
import { secondsBetween } from "@clearing/domain/time";
import { command } from "@clearing/runtime/command";
import { birthProblem } from "./birth.ts";
import { bookingAnswer } from "./with-file.ts";

const limitDetails: Record<"live" | "unpaid", string> = {
  live: "You already have the maximum number of holds with an unpaid deposit. Pay or cancel one of them to hold another.",
  unpaid: "Too many of your recent holds in this cohort ended with an unpaid deposit. Try again later, or contact us.",
};

/** Holds a place at a quote's prices. */
export const holdBinding = command(createBooking, {
  as: ["admin", "client"],
  action: "hold",
  status: 201,
  view: bookingAnswer,
  run: async ({ body }, { deps, caller, occasion, answer, lookAgain }) => {
    const by = { sub: caller.sub, email: caller.email, admin: caller.roles.includes("admin") };
    const asked = { ...body, by, limits: deps.config.holdLimits };
    const notEnded = (bookingId: string, error: unknown) =>
      deps.log.error("expired hold not ended; the sweep retries it", error, { bookingId });
    const held = await holdQuote({ ...deps, lookAgain, notEnded }, asked, occasion, (booking) =>
      answer({ booking, clearance: null }),
    );
    return held.ok ? { ...held, clearance: null } : held;
  },
  refusals: {
    date_of_birth: (refusal) => birthProblem(refusal, "participant."),
    limit_exceeded: ({ limit, until }, { now }) => ({
      refused: "limit_exceeded",
      retryAfter: secondsBetween(now, until),
      detail: limitDetails[limit],
    }),
  },
});
