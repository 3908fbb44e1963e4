import { holdQuote } from "@clearing/commands/hold-quote";
import { createBooking } from "@clearing/contracts/routes/booking";
import { secondsBetween } from "@clearing/domain/time";
import { command } from "@clearing/runtime/command";
import { birthProblem } from "./birth.ts";
import { bookingAnswer } from "./with-file.ts";

const limitDetails: Record<"live" | "unpaid", string> = {
  live: "So many of your places wait for their deposits already. Pay one of them, or cancel it, to hold another.",
  unpaid: "Holds of yours in this cohort ended unpaid several times within a day. Come back later, or write to us.",
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
      deps.log.error("a lapsed hold could not be ended; the sweep ends it", error, { bookingId });
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
