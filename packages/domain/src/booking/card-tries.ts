import { type Instant, plusDays } from "../time/index.ts";
import type { Attempt, OffSessionAttempt } from "./attempt.ts";

/**
 * So many tries of one card may fail in so many days, over all bookings, which keeps to what the card networks allow.
 * Beyond that the dues that the card would pay are paid by link.
 */
export const mostFailedTries = 15;
const countedDays = 30;

/** A try that counts for its card, which is known by its fingerprint. */
export type CardTry = OffSessionAttempt & { fingerprint: string };

/** Whether an attempt counts for a card. Bank accounts and pages do not. */
export const isCardTry = (attempt: Attempt): attempt is CardTry =>
  attempt.via === "off_session" && attempt.methodType === "card" && attempt.fingerprint !== null;

/** A try that was begun at this instant, or before it, counts no more. */
export const countedSince = (now: Instant): Instant => plusDays(now, -countedDays);

/** Why a try is not made: tries of its card have failed too often. */
export const cardTriesUsedUp = "card_tries_used_up";
