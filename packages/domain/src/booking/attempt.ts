import { type Instant, plusMinutes } from "../time/index.ts";

/**
 * `requested`: recorded, not yet known at Stripe. `refused`: Stripe refused it, or never made it. `abandoned`: its bank
 * account was not verified in time. `returned`: the bank took the money back after it had settled.
 */
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

/** The fields that every attempt to collect a due has, whether on a page or off session. */
type AnyAttempt = {
  id: string;
  version: number;
  bookingId: string;
  dueId: string;
  /** A `payoff` collects several dues; `dueId` is the first of them. */
  purpose: "deposit" | "due" | "payoff";
  amount: number;
  currency: string;
  /** The Stripe customer and the neutral description sent to Stripe. */
  customerId: string;
  description: string;
  status: AttemptStatus;
  paymentIntentId: string | null;
  chargeId: string | null;
  /** False until the fee is posted from Stripe's balance transaction. */
  feePosted: boolean;
  failureCode: string | null;
  createdAt: Instant;
  /** The correlation id of the request or sweep that created it; absent on attempts of an earlier release. */
  correlationId?: string;
  /** When to check the attempt next. */
  dueAt: Instant | null;
};

/** An attempt on Stripe's hosted page (a Checkout Session), where the client pays. */
export type CheckoutAttempt = AnyAttempt & {
  via: "checkout";
  /** The parameters of the session: its payment methods, its return URL, and whether it saves the method for later. */
  methods: PaymentMethod[];
  returnUrl: string;
  autopay: boolean;
  sessionId: string | null;
  url: string | null;
  sessionExpiresAt: Instant;
  /** The end of the hold before this deposit session extended it; null if it extended nothing. */
  heldUntil: Instant | null;
  /** Set while the bank account awaits micro-deposit verification: when the attempt is abandoned. */
  verifyUntil: Instant | null;
};

/** An off-session attempt with the saved method, by the client's permission to collect. */
export type OffSessionAttempt = AnyAttempt & {
  via: "off_session";
  paymentMethodId: string;
  methodType: PaymentMethod;
  /**
   * Stripe's fingerprint of the card or bank account, the same however often it is saved; null if Stripe gives none.
   */
  fingerprint: string | null;
  mandateId: string | null;
};

/**
 * One attempt to collect one due. Its id is the idempotency key and the metadata at Stripe. Every other parameter of
 * the Stripe request is stored with it, so that a retry sends exactly the same request (I5).
 */
export type Attempt = CheckoutAttempt | OffSessionAttempt;

/** The id of its Checkout Session; null before the session exists, and for an off-session attempt. */
export const sessionOf = (attempt: Attempt): string | null => (attempt.via === "checkout" ? attempt.sessionId : null);

/** The deadline to verify its bank account; null if no verification is pending. */
export const verifiedBy = (attempt: Attempt): Instant | null =>
  attempt.via === "checkout" ? attempt.verifyUntil : null;

/** The attempt without a pending verification: the bank account is verified, or the verification was abandoned. */
export const awaitingNoVerification = (attempt: Attempt): Attempt =>
  attempt.via === "checkout" ? { ...attempt, verifyUntil: null } : attempt;

/** Whether an attempt is over and no money was taken. */
export const tookNothing = ({ status }: Attempt): boolean => status === "failed" || status === "expired";

/** Whether the outcome is still unknown. A known success can still be returned by the bank. */
export const isUnderWay = ({ status }: Attempt): boolean =>
  status === "requested" || status === "open" || status === "processing";

/** How long a hold outlives the session that may pay for it, so that the outcome is known before the place is sold. */
export const marginMinutes = 5;

/** How soon to check again a session that Stripe shows as open after its expiry. */
const overduePollMinutes = 1;

/** When to check an open session next: at its expiry. Until then the webhook or the catch-up reports a payment. */
export function pollOpenAt({ sessionExpiresAt }: CheckoutAttempt, now: Instant): Instant {
  return now < sessionExpiresAt ? sessionExpiresAt : plusMinutes(now, overduePollMinutes);
}
