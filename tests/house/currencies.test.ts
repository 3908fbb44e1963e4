import { largestCharge, minorDigits, smallestCharge, stepOf, supportedCurrencies } from "@clearing/domain/money";
import { expect, test } from "vitest";
import * as stripe from "../../packages/stripe-simulator/src/money.ts";

/** Both tables were written separately from Stripe's page, so a mistake in one of them shows as a difference. */
test.each(supportedCurrencies)("%s has the same rule in the product and in the simulated Stripe", (currency) => {
  const { smallest, largest } = stripe.chargeLimits(currency);

  expect(stripe.isCurrency(currency)).toBe(true);
  expect({
    digits: minorDigits(currency),
    step: stepOf(currency),
    smallest: smallestCharge(currency),
    largest: largestCharge(currency),
  }).toEqual({ digits: stripe.minorDigits(currency), step: stripe.stepOf(currency), smallest, largest });
});
