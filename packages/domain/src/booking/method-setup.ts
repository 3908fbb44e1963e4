import { type Instant, plusDays, plusMinutes } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import { permissionInForce, renewedPermission } from "./autopay.ts";
import {
  agreementSigned,
  type Booking,
  type BookingChange,
  bookingEvent,
  depositSettled,
  type GivenPermission,
  mayOwe,
  type SavedMethod,
} from "./booking.ts";
import { nextVersion } from "./next-version.ts";
import { methodsToSave } from "./payment-methods.ts";
import { balance } from "./standing.ts";

/**
 * One try to save another payment method on a page of Stripe's, which takes no money. Its id is the idempotency key and
 * the metadata at Stripe; all else that Stripe is asked with is stored with it. `unsaved`: a method was given, and the
 * booking keeps the one that it has.
 */
export type MethodSetup = {
  id: string;
  version: number;
  bookingId: string;
  customerId: string;
  currency: string;
  description: string;
  methods: PaymentMethod[];
  returnUrl: string;
  /** The permission to collect that was shown for the method to come; null while automatic collection was off. */
  permission: GivenPermission | null;
  status: "requested" | "open" | "saved" | "unsaved" | "expired" | "refused";
  sessionId: string | null;
  url: string | null;
  sessionExpiresAt: Instant;
  failureCode: string | null;
  createdAt: Instant;
  /** The request that made it; absent from a setup of an earlier release. */
  correlationId?: string;
  /** When to look at it next. */
  dueAt: Instant | null;
};

/** What has become of a setup at Stripe. `pending`: its page is completed, and the method is still being checked. */
export type SetupOutcome =
  | { kind: "open" | "pending" | "expired" }
  | { kind: "refused"; code: string }
  | { kind: "saved"; method: Omit<SavedMethod, "savedAt" | "unusable"> };

export type SetupRefusal = "agreement_required" | "invalid_transition";

/** Stripe lets a page live 30 minutes at the least; one more, since clocks differ. */
const pageMinutes = 31;
/** A page that is over and a method that is being checked are looked at again so soon, for so many days. */
const overduePollMinutes = 10;
const checkedWithinDays = 14;
/** A setup whose page was never heard of is looked for again after so long. */
const unheardMinutes = 1;

/** Why no method can be saved on a booking; null where one can: its deposit is settled, and something is left to pay. */
export function setupRefusal(booking: Booking): SetupRefusal | null {
  if (!agreementSigned(booking)) return "agreement_required";
  const collects = mayOwe(booking) && depositSettled(booking) && balance(booking) > 0;
  return collects ? null : "invalid_transition";
}

export type SetupRequest = {
  id: string;
  customerId: string;
  method?: PaymentMethod | undefined;
  returnUrl: string;
  permission: GivenPermission | null;
};

/** A setup as it is recorded before Stripe is asked. */
export function requestSetup(booking: Booking, { method, ...asked }: SetupRequest, now: Instant): MethodSetup {
  return {
    ...asked,
    version: 1,
    bookingId: booking.id,
    currency: booking.currency,
    description: booking.terms.publicLabel,
    methods: methodsToSave(booking, method),
    status: "requested",
    sessionId: null,
    url: null,
    sessionExpiresAt: plusMinutes(now, pageMinutes),
    failureCode: null,
    createdAt: now,
    dueAt: plusMinutes(now, unheardMinutes),
  };
}

/** Whether it is not known yet what comes of it. */
export const isSetupUnderWay = ({ status }: MethodSetup): boolean => status === "requested" || status === "open";

/** A page that was completed has no address any more. */
const isCompleted = ({ sessionId, url }: MethodSetup): boolean => sessionId !== null && url === null;

/** Whether its page can still be given out, for the permission that is shown now. */
export const isSetupOpen = (setup: MethodSetup, permission: { hash: string } | null, now: Instant): boolean =>
  isSetupUnderWay(setup) &&
  !isCompleted(setup) &&
  setup.sessionExpiresAt > now &&
  setup.permission?.hash === permission?.hash;

/** Applies what Stripe says; null where nothing changes. `change` is what it makes of the booking. */
export function decideSetup(
  booking: Booking,
  setup: MethodSetup,
  session: { id: string; url: string | null } | null,
  outcome: SetupOutcome,
  now: Instant,
): { setup: MethodSetup; change: BookingChange | null } | null {
  if (!isSetupUnderWay(setup)) return null;
  const next = {
    ...setup,
    version: setup.version + 1,
    ...(session === null ? {} : { sessionId: session.id, url: session.url }),
  };
  const over = { ...next, dueAt: null };
  switch (outcome.kind) {
    case "open":
    case "pending": {
      if (plusDays(setup.sessionExpiresAt, checkedWithinDays) <= now) {
        return { setup: { ...over, status: "expired" }, change: null };
      }
      const isOpen = outcome.kind === "open" && now < setup.sessionExpiresAt;
      const dueAt = isOpen ? setup.sessionExpiresAt : plusMinutes(now, overduePollMinutes);
      return isKnown(setup, next, now) ? null : { setup: { ...next, status: "open", dueAt }, change: null };
    }
    case "expired":
      return { setup: { ...over, status: "expired" }, change: null };
    case "refused":
      return { setup: { ...over, status: "refused", failureCode: outcome.code }, change: null };
    case "saved": {
      const change = saveMethod(booking, setup, outcome.method, now);
      return { setup: { ...over, status: change === null ? "unsaved" : "saved" }, change };
    }
  }
}

/** It shows as it did before, and is not due for a look. */
const isKnown = (setup: MethodSetup, shown: MethodSetup, now: Instant): boolean =>
  setup.status === "open" && setup.url === shown.url && setup.dueAt !== null && setup.dueAt > now;

/**
 * The method replaces the one that the booking has, usable or not, and the permission that was shown for it is given.
 * Null where the booking keeps what it has: it has ended, it is collected by a permission that was given for another
 * method since, or another method was saved after this page was asked for.
 */
function saveMethod(
  before: Booking,
  setup: MethodSetup,
  method: Omit<SavedMethod, "savedAt" | "unusable">,
  now: Instant,
): BookingChange | null {
  const { permission, createdAt } = setup;
  const isOvertaken = before.savedMethod !== undefined && before.savedMethod.savedAt > createdAt;
  const isPermittedOtherwise = permission === null && permissionInForce(before) !== null;
  if (!mayOwe(before) || isOvertaken || isPermittedOtherwise) return null;
  const savedMethod: SavedMethod = { ...method, savedAt: now, unusable: null };
  const renewed = permission === null ? {} : renewedPermission(before, permission);
  return nextVersion(before, now, { savedMethod, ...renewed }, (booking) => ({
    events: [bookingEvent(booking, "PaymentMethodSaved", { autopay: booking.autopay })],
    journal: [],
  }));
}
