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
import type { PaymentBar } from "./payment-bar.ts";
import { methodsToSave } from "./payment-methods.ts";
import { owesCollectable } from "./varied-debit.ts";
import { type ListedDebit, listedDebits, underPermission } from "./vary-debits.ts";

/**
 * One attempt to save another payment method on Stripe's hosted page; it takes no money. Its id is the idempotency key
 * and the metadata at Stripe. Every other parameter of the Stripe request is stored with it. `unsaved`: the client gave
 * a method, but the booking keeps the one that it has.
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
  /** The permission to collect shown for the new method; null if automatic collection was off. */
  permission: GivenPermission | null;
  /** The debits that the permission lists; absent without one, and on setups of an earlier release. */
  listed?: ListedDebit[];
  status: "requested" | "open" | "saved" | "unsaved" | "expired" | "refused";
  sessionId: string | null;
  url: string | null;
  sessionExpiresAt: Instant;
  failureCode: string | null;
  createdAt: Instant;
  /** The correlation id of the request that created it; absent on setups of an earlier release. */
  correlationId?: string;
  /** When to check the setup next. */
  dueAt: Instant | null;
};

/** Stripe's report on a setup. `pending`: the client completed the page, and the method is still being checked. */
export type SetupOutcome =
  | { kind: "open" | "pending" | "expired" }
  | { kind: "refused"; code: string }
  | { kind: "saved"; method: Omit<SavedMethod, "savedAt" | "unusable"> };

export type SetupRefusal = "agreement_required" | Extract<PaymentBar, "ended" | "deposit_first" | "nothing_to_charge">;

/** Stripe requires at least 30 minutes; one more allows for clock differences. */
const sessionMinutes = 31;
/** How soon to check again an expired page or a pending method, and for how many days. */
const overduePollMinutes = 10;
const checkedWithinDays = 14;
/** How soon to look for the session of a setup if Stripe's answer was lost. */
const unheardMinutes = 1;

/**
 * Why no method can be saved for a booking; null if one can. The agreement must be signed, the deposit settled, and a due
 * left that may be collected automatically.
 */
export function setupRefusal(booking: Booking): SetupRefusal | null {
  if (!agreementSigned(booking)) return "agreement_required";
  if (!mayOwe(booking)) return "ended";
  if (!depositSettled(booking)) return "deposit_first";
  return owesCollectable(booking) ? null : "nothing_to_charge";
}

/** Whether a page that saves a method may have been opened: the first can be opened once the deposit has settled. */
export const mayHaveSetup = ({ status }: Booking): boolean => status !== "held";

export type SetupRequest = {
  id: string;
  customerId: string;
  method?: PaymentMethod | undefined;
  returnUrl: string;
  permission: GivenPermission | null;
};

/** A setup as recorded before the request to Stripe. */
export function requestSetup(booking: Booking, { method, ...asked }: SetupRequest, now: Instant): MethodSetup {
  return {
    ...asked,
    version: 1,
    bookingId: booking.id,
    currency: booking.currency,
    description: booking.terms.publicLabel,
    methods: methodsToSave(booking, method),
    ...(asked.permission === null ? {} : { listed: listedDebits(booking) }),
    status: "requested",
    sessionId: null,
    url: null,
    sessionExpiresAt: plusMinutes(now, sessionMinutes),
    failureCode: null,
    createdAt: now,
    dueAt: plusMinutes(now, unheardMinutes),
  };
}

/** Whether the outcome of the setup is still unknown. */
export const isSetupUnderWay = ({ status }: MethodSetup): boolean => status === "requested" || status === "open";

/** Stripe removes the URL of a completed page. */
const isCompleted = ({ sessionId, url }: MethodSetup): boolean => sessionId !== null && url === null;

/** Whether the setup's page is open, or may be. */
export const isSetupOpen = (setup: MethodSetup, now: Instant): boolean =>
  isSetupUnderWay(setup) && !isCompleted(setup) && setup.sessionExpiresAt > now;

/** Whether the setup's page shows this permission text; null if automatic collection is off. */
export const isSetupFor = ({ permission }: MethodSetup, shown: { hash: string } | null): boolean =>
  permission?.hash === shown?.hash;

/** Applies Stripe's report on a setup; null if nothing changes. `change` is its effect on the booking, if any. */
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

/** The session is unchanged, and the next check is not due. */
const isKnown = (setup: MethodSetup, shown: MethodSetup, now: Instant): boolean =>
  setup.status === "open" && setup.url === shown.url && setup.dueAt !== null && setup.dueAt > now;

/**
 * Replaces the booking's saved method and renews the permission in the text shown for the new one. Null if the booking
 * keeps its method: it has ended, a permission was given since for another method, or another method was saved after
 * this page was requested.
 */
function saveMethod(
  before: Booking,
  setup: MethodSetup,
  method: Omit<SavedMethod, "savedAt" | "unusable">,
  now: Instant,
): BookingChange | null {
  const { permission, listed, createdAt } = setup;
  const isOvertaken = before.savedMethod !== undefined && before.savedMethod.savedAt > createdAt;
  const isPermittedOtherwise = permission === null && permissionInForce(before) !== null;
  if (!mayOwe(before) || isOvertaken || isPermittedOtherwise) return null;
  const savedMethod: SavedMethod = { ...method, savedAt: now, unusable: null };
  const renewed = permission === null ? {} : renewedPermission(before, permission);
  const after: Booking = { ...before, savedMethod, ...renewed };
  const dues = "permission" in renewed ? underPermission(after, listed, now) : before.dues;
  return nextVersion(before, now, { savedMethod, ...renewed, dues }, (booking) => ({
    events: [bookingEvent(booking, "PaymentMethodSaved", { autopay: booking.autopay })],
    journal: [],
  }));
}
