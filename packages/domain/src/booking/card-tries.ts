import { type Instant, plusDays } from "../time/index.ts";
import type { Attempt, OffSessionAttempt } from "./attempt.ts";

/**
 * Failed tries allowed per card within the counted days, over all bookings, as the card networks' retry limits require.
 * Beyond that, its dues are paid by link.
 */
export const mostFailedTries = 15;
const countedDays = 30;

/** A try that counts toward its card's limit. The fingerprint identifies the card. */
export type CardTry = OffSessionAttempt & { fingerprint: string };

/** Whether an attempt counts toward a card's limit. Bank debits and pages do not. */
export const isCardTry = (attempt: Attempt): attempt is CardTry =>
  attempt.via === "off_session" && attempt.methodType === "card" && attempt.fingerprint !== null;

/** The start of the counted days. A try that began then or earlier no longer counts. */
export const countedSince = (now: Instant): Instant => plusDays(now, -countedDays);

/** `failureCode` of a try that was not sent to Stripe because its card reached the limit of failed tries. */
export const cardTriesUsedUp = "card_tries_used_up";
