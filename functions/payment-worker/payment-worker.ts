import { workOnAttempt, workOnPages, workOnRefund } from "@clearing/commands/payment-deadlines";
import type { Gateway } from "@clearing/payments";
import { contextOf } from "@clearing/runtime/commands";
import type { Deps } from "@clearing/runtime/deps";
import type { DueWorks } from "@clearing/runtime/due-worker";
import { bookingIdIn } from "@clearing/store/keys";

/** Asks Stripe about every attempt, refund and ended booking that is due for a look. */
export const paymentWorks: DueWorks<"payment-worker", Deps & { gateway: Gateway }> = {
  ATTEMPT: (key, deps) => workOnAttempt(contextOf(deps), bookingIdIn(key), key.sk.slice("ATT#".length)),
  REFUND: (key, deps) => workOnRefund(contextOf(deps), bookingIdIn(key), key.sk.slice("REF#".length)),
  PAGES: (key, deps) => workOnPages(contextOf(deps), bookingIdIn(key)),
};
