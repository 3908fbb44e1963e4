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

/**
 * One try to collect one due. Its id is the idempotency key and the metadata at Stripe; all else that the session is
 * asked for with is stored with it, so that a replay asks for exactly the same (I5). `feePosted` is false while
 * Stripe has not booked its fee. `dueAt`: when to look at it next.
 */
export type Attempt = {
  id: string;
  version: number;
  bookingId: string;
  dueId: string;
  purpose: "deposit" | "due";
  amount: number;
  currency: string;
  /** The Stripe customer, the neutral label, the methods and the way back that the session was asked for with. */
  customerId: string;
  description: string;
  methods: PaymentMethod[];
  returnUrl: string;
  autopay: boolean;
  status: AttemptStatus;
  sessionId: string | null;
  url: string | null;
  sessionExpiresAt: Instant;
  /** Until when the place was held before a deposit's session extended that; null where it extended nothing. */
  heldUntil: Instant | null;
  /** While its bank account is still to be verified by micro-deposits: when that is given up. */
  verifyUntil: Instant | null;
  paymentIntentId: string | null;
  chargeId: string | null;
  feePosted: boolean;
  failureCode: string | null;
  createdAt: Instant;
  dueAt: Instant | null;
};

/** Whether it is not known yet what comes of it. Of what is known, a success may be undone by the bank. */
export const isUnderWay = ({ status }: Attempt): boolean =>
  status === "requested" || status === "open" || status === "processing";

/** How long a place is held past the end of what may pay for it, so that the outcome is known before it is sold. */
export const marginMinutes = 5;

/** A session that shows open past its end is looked at again so soon. */
const overduePollMinutes = 1;

/** The next look at an open session: at its end. Until then its webhook tells of a payment, or the reconciler. */
export function pollOpenAt({ sessionExpiresAt }: Attempt, now: Instant): Instant {
  return now < sessionExpiresAt ? sessionExpiresAt : plusMinutes(now, overduePollMinutes);
}
