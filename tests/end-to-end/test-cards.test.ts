import { afterAll, beforeAll, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import {
  type Due,
  dueOf,
  failedVerifications,
  hard,
  openScene,
  paid,
  receipt,
  replaced,
  rowsOf,
  type Scene,
  saved,
  soft,
} from "../harness/test-methods.ts";
import type { Client } from "../harness/world.ts";

/**
 * Stripe's test cards that can be saved, each with the state of the due that is collected from it and the mail. Sources:
 * docs.stripe.com/testing, docs.stripe.com/declines/codes.
 */
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.world.stop());

/** Cards that pay the deposit, some with authentication, and the state of the next due that is collected from them. */
const savedCards: Record<string, Due> = {
  pm_card_visa: paid,
  pm_card_threeDSecureRequired: paid,
  pm_card_threeDSecure2Required: paid,
  pm_card_authenticationRequiredOnSetup: paid,
  pm_card_authenticationRequiredSetupForOffSession: paid,
  pm_card_authenticationRequired: hard("authentication_required"),
};

/** Cards that can be saved by a setup session, and decline each payment. */
const savedAlone: Record<string, Due> = {
  pm_card_chargeCustomerFail: soft("card_declined"),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: soft("insufficient_funds"),
};

test("a due is collected from the deposit's card, retried or left to the client, as the bank answers", async () => {
  const { world } = scene;
  const ownCards = await rowsOf(savedCards, (method) => saved(scene, method));
  const otherCards = await rowsOf(savedAlone, (method) => replaced(scene, method));
  await world.quiesce();
  const anyone = ownCards[0]?.made as Client;
  const dueOn = (await anyone.read()).dues[1]?.dueOn;
  await world.moveClock({ to: `${dueOn}T19:00:00Z` });

  for (const { key, expected, made: client } of [...ownCards, ...otherCards]) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await world.mail(client.email), key).toContain(expected.status === "paid" ? receipt : failedVerifications);
  }
  // After the first retries, too.
  await world.moveClock({ advance: "P4DT12H" });
  await expectReconciled(world);
});
