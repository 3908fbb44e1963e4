import { workOnAttempt, workOnClosingNote, workOnRefund, workOnSetup } from "@clearing/commands/payment-deadlines";
import type { Gateway } from "@clearing/payments";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import type { WorkByKind } from "@clearing/runtime/worker-handler";
import { bookingIdIn } from "@clearing/store/keys";

/** The work on attempts, setups, refunds and pages of ended bookings whose deadline was reached. */
export const paymentWorks: WorkByKind<"payment-worker", Deps & { gateway: Gateway }> = {
  ATTEMPT: (key, deps) => {
    const work = key.sk.startsWith("SET#") ? workOnSetup : workOnAttempt;
    return work(contextOf(deps), bookingIdIn(key), key.sk.slice("ATT#".length));
  },
  REFUND: (key, deps) => workOnRefund(contextOf(deps), bookingIdIn(key), key.sk.slice("REF#".length)),
  PAGES: (key, deps) => workOnClosingNote(contextOf(deps), bookingIdIn(key)),
};
