import { type Instant, plusMinutes } from "../time/index.ts";

export type AttemptStatus =
  | "requested"
  | "open"
  | "processing"
  | "succeeded"
  | "failed"
  | "expired"
  | "refused"
  | "abandoned"
  | "returned";

export type PaymentMethod = "card" | "us_bank_account";

/** What every try to collect a due has, however it collects. */
type AnyAttempt = {
  id: string;
  version: number;
  bookingId: string;
  dueId: string;
  /** A `payoff` collects several dues; `dueId` is the first of them. */
  purpose: "deposit" | "due" | "payoff";
  amount: number;
  currency: string;
  /** The Stripe customer and the neutral label that Stripe was asked with. */
  customerId: string;
  description: string;
  status: AttemptStatus;
  paymentIntentId: string | null;
  chargeId: string | null;
  /** False while Stripe has not booked its fee. */
  feePosted: boolean;
  failureCode: string | null;
  createdAt: Instant;
  /** The request or the sweep that made it; absent from an attempt of an earlier release. */
  correlationId?: string;
  /** When to look at it next. */
  dueAt: Instant | null;
};

/** A try on Stripe's hosted page: the client pays. */
export type CheckoutAttempt = AnyAttempt & {
  via: "checkout";
  /** The methods and the way back that the session was asked for with, and whether the method is kept for later. */
  methods: PaymentMethod[];
  returnUrl: string;
  autopay: boolean;
  sessionId: string | null;
  url: string | null;
  sessionExpiresAt: Instant;
  /** Until when the place was held before a deposit's session extended that; null where it extended nothing. */
  heldUntil: Instant | null;
  /** While its bank account is still to be verified by micro-deposits: when that is given up. */
  verifyUntil: Instant | null;
};

/** A try with a saved method, by the client's permission to collect; nobody is at a page. */
export type OffSessionAttempt = AnyAttempt & {
  via: "off_session";
  paymentMethodId: string;
  methodType: PaymentMethod;
  /** The same for the same card or bank account, whatever it was saved as; null where Stripe gives none. */
  fingerprint: string | null;
  mandateId: string | null;
};

/**
 * One try to collect one due. Its id is the idempotency key and the metadata at Stripe; all else that Stripe is asked with
 * is stored with it, so that a replay asks for exactly the same (I5).
 */
export type Attempt = CheckoutAttempt | OffSessionAttempt;

/** The session of its page; null until there is one, and of a try without a page. */
export const sessionOf = (attempt: Attempt): string | null => (attempt.via === "checkout" ? attempt.sessionId : null);

/** Until when its bank account may still be verified; null where none is waited for. */
export const verifiedBy = (attempt: Attempt): Instant | null =>
  attempt.via === "checkout" ? attempt.verifyUntil : null;

/** The attempt without a bank account to wait for: whatever it waited for has come, or is given up. */
export const awaitingNoVerification = (attempt: Attempt): Attempt =>
  attempt.via === "checkout" ? { ...attempt, verifyUntil: null } : attempt;

/** Whether it is not known yet what comes of it. Of what is known, a success may be undone by the bank. */
export const isUnderWay = ({ status }: Attempt): boolean =>
  status === "requested" || status === "open" || status === "processing";

/** How long a place is held past the end of what may pay for it, so that the outcome is known before it is sold. */
export const marginMinutes = 5;

/** A session that shows open past its end is looked at again so soon. */
const overduePollMinutes = 1;

/** The next look at an open session: at its end. Until then its webhook tells of a payment, or the catch-up. */
export function pollOpenAt({ sessionExpiresAt }: CheckoutAttempt, now: Instant): Instant {
  return now < sessionExpiresAt ? sessionExpiresAt : plusMinutes(now, overduePollMinutes);
}
