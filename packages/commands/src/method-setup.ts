import { methodToCome, type Permission, permissionDocument } from "@clearing/domain/agreement";
import {
  type Booking,
  isSetupFor,
  isSetupOpen,
  type MethodSetup,
  type PaymentMethod,
  requestSetup,
  type SetupRefusal,
  setupRefusal,
} from "@clearing/domain/booking";
import type { GatewayFailure } from "@clearing/payments";
import { bookingUnchanged, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { latestSetupPut, readLatestSetup, readSetups, setupPut } from "@clearing/store/method-setup";
import { permissionPut } from "@clearing/store/permission";
import { wayBackPut } from "@clearing/store/way-back";
import { ensureCustomer } from "./customer.ts";
import { type PermissionGiver, permissionGiven } from "./permission.ts";
import type { Services } from "./services.ts";
import { customerGone, neverMade, neverShown } from "./session.ts";
import { closeSetup, settleSetup } from "./settle-setup.ts";

/** The permission to collect from the method that is saved next; null while autopay is off. */
export const permissionToRenew = (booking: Booking) =>
  booking.autopay ? permissionDocument(booking, methodToCome) : null;

export type SetupCommand = {
  bookingId: string;
  method?: PaymentMethod | undefined;
  /** The hash of the permission that the page has shown, null if it showed none. Another one is `agreement_changed`. */
  shown?: string | null | undefined;
};

export type OpenSetup = MethodSetup & { sessionId: string; url: string };

export type SetupOpened =
  /** `permission` takes effect for the new method once the page is completed; null while autopay is off. */
  | { ok: true; setup: OpenSetup; permission: Permission | null }
  | { ok: false; reason: SetupRefusal | "not_found" | "agreement_changed" | "conflict" }
  | GatewayFailure;

/**
 * The maximum number of rounds: one each for another click that was faster, a page that is over, one that shows another
 * text, a session that was never created, a customer that is gone and a booking that has changed.
 */
const rounds = 6;

/**
 * Opens Stripe's page that saves another payment method, or returns the open one. A booking has at most one open page: one
 * that shows another permission text is closed first. The permission that was shown is stored with the evidence of
 * `giver` before the page opens, and takes effect once the page is completed. A booking for which `maySave` is false is
 * reported as not found.
 */
export async function openSetup(
  services: Services,
  { bookingId, method, shown }: SetupCommand,
  giver: PermissionGiver,
  maySave: (booking: Booking) => boolean = () => true,
): Promise<SetupOpened> {
  let gone: string | undefined;
  for (let round = 0; round < rounds; round++) {
    const booking = await readBooking(services.store, bookingId);
    if (booking === null || !maySave(booking)) return { ok: false, reason: "not_found" };
    const refusal = setupRefusal(booking);
    if (refusal !== null) return { ok: false, reason: refusal };
    const permission = permissionToRenew(booking);
    if (shown !== undefined && shown !== (permission?.hash ?? null)) return { ok: false, reason: "agreement_changed" };
    const now = services.clock.now();
    const latest = await readLatestSetup(services.store, bookingId);
    const open = (await readSetups(services.store, bookingId)).findLast((one) => isSetupOpen(one, now));
    if (open !== undefined && !isSetupFor(open, permission)) {
      const closed = await closeSetup(services, { bookingId, attemptId: open.id }, "checkout");
      if (!closed.ok) return closed;
      continue;
    }
    const setup =
      open === undefined
        ? await begin(services, { booking, method, giver, gone, latest })
        : { ok: true as const, open };
    if (setup === "overtaken") continue;
    if (!setup.ok) return setup;
    const settled = await settleSetup(services, { bookingId, attemptId: setup.open.id }, "checkout");
    if (!settled.ok) return settled;
    const { status, sessionId, url, sessionExpiresAt, failureCode, customerId } = settled.setup;
    if (status === "open" && sessionId !== null && url !== null && sessionExpiresAt > services.clock.now()) {
      return { ok: true, setup: { ...settled.setup, sessionId, url }, permission };
    }
    if (status === "refused" && failureCode === customerGone) gone = customerId;
    else if (status === "refused" && failureCode !== neverMade && failureCode !== neverShown)
      return {
        ok: false,
        kind: "invalid",
        code: failureCode ?? "refused",
        message: "stripe refused the checkout session",
      };
  }
  return { ok: false, reason: "conflict" };
}

/** `latest`: the booking's latest setup, read before its setups. `gone`: a customer that Stripe has deleted. */
type Beginning = {
  booking: Booking;
  method: PaymentMethod | undefined;
  giver: PermissionGiver;
  gone: string | undefined;
  latest: string | null;
};

/**
 * The first transaction: the setup, its return name, and the permission with its evidence. `overtaken`: another setup
 * has begun in the meantime, or the booking has changed. An ending closes the setups that it finds, so none may begin
 * after it.
 */
async function begin(
  services: Services,
  { booking, method, giver, gone, latest }: Beginning,
): Promise<{ ok: true; open: MethodSetup } | "overtaken" | { ok: false; reason: "conflict" } | GatewayFailure> {
  const { store, ids, clock, site } = services;
  const customer = await ensureCustomer(services, booking.owner.email, { gone });
  if (!customer.ok) return customer;
  const now = clock.now();
  const given = booking.autopay ? permissionGiven(store, booking, methodToCome, giver, now) : null;
  const asked = {
    id: ids.next("set"),
    customerId: customer.customerId,
    method,
    returnUrl: `${site.publicUrl}/v1/checkout/return`,
    permission: given?.reference ?? null,
  };
  const setup = { ...requestSetup(booking, asked, now), correlationId: store.correlationId };
  const result = await commit(store, [
    bookingUnchanged(store, booking),
    latestSetupPut(store, setup, latest),
    setupPut(store, setup),
    wayBackPut(store, setup.id, { bookingId: booking.id, attemptId: setup.id }),
    ...(given === null ? [] : [permissionPut(store, booking.id, given.stored)]),
  ]);
  return result.ok ? { ok: true, open: setup } : "overtaken";
}
