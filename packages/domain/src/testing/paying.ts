import type { CheckoutAttempt } from "../booking/index.ts";
import type { PlanKind } from "../plan/index.ts";
import { Life } from "./life.ts";
import { held } from "./retreat.ts";

/** A signed hold whose deposit checkout is open. */
export function paying(plan?: PlanKind): { life: Life; attempt: CheckoutAttempt } {
  const life = new Life(held(plan)).sign();
  return { life, attempt: life.checkout("deposit") as CheckoutAttempt };
}

/** A confirmed booking whose balance's checkout is open. */
export function payingBalance(amount?: number): { life: Life; attempt: CheckoutAttempt } {
  const life = new Life(held()).sign().pay("deposit").confirm();
  return { life, attempt: life.checkout("due", { dueId: "due_1", amount }) as CheckoutAttempt };
}
