import {
  type Attempt,
  addLateCharges,
  admit,
  applyRefund,
  type Booking,
  type BookingChange,
  beginCheckout,
  beginTries,
  type Charge,
  type CheckoutAttempt,
  type CheckoutRequest,
  complete,
  confirm,
  decideSettlement,
  decideSetup,
  deferDue,
  type Ending,
  endBooking,
  fallDue,
  isToCancel,
  type LossAtStripe,
  lapse,
  loseMethod,
  noticeVariedDebits,
  type OffSessionAttempt,
  openCollectionTasks,
  opened,
  type PaymentOutcome,
  partOf,
  type ReckonDecision,
  type Refund,
  type RefundOutcome,
  reckonPart,
  refundMadeAtStripe,
  requestSetup,
  returnInFull,
  revive,
  type SavedMethod,
  type Settlement,
  sendNotices,
  setCollection,
  sign,
  spreadRefund,
  stopAutopay,
  waiveDue,
} from "../booking/index.ts";
import type { DomainEvent } from "../event/index.ts";
import type { JournalEntry } from "../ledger/index.ts";
import type { CalendarDate, Instant } from "../time/index.ts";
import { card } from "./retreat.ts";

type Payment = Extract<PaymentOutcome, { kind: "succeeded" }>;

/**
 * The life of one booking, fact by fact. Applies each decision of the domain as the store does, and keeps the same data.
 * Set `placeIsOurs` to false to lose the place; late money gets `freePlace`.
 */
export class Life {
  booking: Booking;
  now: Instant;
  placeIsOurs = true;
  freePlace: string | null = null;
  attempts: Attempt[] = [];
  charges: Charge[] = [];
  refunds: Refund[] = [];
  journal: JournalEntry[] = [];
  events: DomainEvent[] = [];
  #ids = 0;

  constructor(booking: Booking) {
    this.booking = booking;
    this.now = booking.createdAt;
  }

  #id = (prefix: string): string => `${prefix}_${++this.#ids}`;

  #apply(change: BookingChange | null): boolean {
    if (change === null) return false;
    this.booking = change.booking;
    this.events.push(...change.events);
    this.journal.push(...change.journal);
    if (["expired", "declined", "cancelled"].includes(change.booking.status)) this.placeIsOurs = false;
    return true;
  }

  sign(): this {
    const decision = sign(this.booking, { hash: this.booking.agreement.hash, permission: null }, this.now);
    if (decision.ok) this.#apply(decision);
    return this;
  }

  /** Begins a checkout and opens its session. Returns the attempt or the one already open; null if it is refused. */
  checkout(purpose: "deposit" | "due" | "payoff", more: Partial<CheckoutRequest> = {}): CheckoutAttempt | null {
    const id = this.#id("att");
    const asked = { customerId: "cus_1", methods: ["card" as const], returnUrl: "https://example.org/return" };
    const request = { purpose, ...asked, attemptId: id, notCleared: false, verifying: false };
    const decision = beginCheckout(this.booking, { ...request, ...more }, this.now);
    if (!decision.ok) return null;
    if (decision.kind !== "begin") {
      const known = this.attempts.find((one) => one.id === decision.attemptId);
      return known?.via === "checkout" ? known : null;
    }
    this.#apply(decision);
    const attempt = opened(decision.attempt, { id: `cs_${id}`, url: "https://example.org" }, this.now);
    this.attempts.push(attempt);
    return attempt;
  }

  /** Begins to collect the dues that have fallen due; returns the attempts. */
  collect(): OffSessionAttempt[] {
    const begun = beginTries(this.booking, () => this.#id("att"), this.now);
    if (begun === null) return [];
    this.#apply(begun);
    this.attempts.push(...begun.attempts);
    return begun.attempts;
  }

  /**
   * The steps of the sweep for dues, in order: bills, notices of varied debits, tries, notices, late charges, tasks,
   * cancellation for non-payment.
   */
  sweep(): this {
    this.fallDue();
    this.#apply(noticeVariedDebits(this.booking, this.now));
    this.collect();
    this.#apply(sendNotices(this.booking, this.now));
    this.chargeLate();
    this.#apply(openCollectionTasks(this.booking, this.now));
    if (isToCancel(this.booking, this.now)) this.end("non_payment");
    return this;
  }

  /** Settles Stripe's report. Late money revives the booking on `freePlace`, or is refunded. */
  settle(attemptId: string, outcome: PaymentOutcome): "unchanged" | "settled" | "revived" | "returned" {
    const attempt = this.attempts.find(({ id }) => id === attemptId) as Attempt;
    const state = { booking: this.booking, attempt, placeIsOurs: this.placeIsOurs, refundId: this.#id("ref") };
    const decision = decideSettlement(state, outcome, this.now);
    switch (decision.kind) {
      case "unchanged":
        return "unchanged";
      case "settle":
        this.#write(decision.settlement);
        return "settled";
      case "late": {
        if (this.freePlace === null) {
          this.#write(returnInFull(state, decision.payment, "late_payment", this.now));
          return "returned";
        }
        this.#write(revive(state, this.freePlace, decision.payment, this.now));
        this.placeIsOurs = true;
        this.freePlace = null;
        return "revived";
      }
    }
  }

  #write({ attempt, booking, events = [], journal, charge, booked, refund }: Settlement): void {
    this.attempts = this.attempts.map((one) => (one.id === attempt.id ? attempt : one));
    if (booking === undefined) this.journal.push(...journal);
    else this.#apply({ booking, events, journal });
    if (charge !== undefined) this.charges.push(charge);
    if (booked !== undefined) {
      const { chargeId, balanceTransactionId } = booked;
      this.#charge(chargeId, (known) => ({ ...known, balanceTransactionId }));
    }
    if (refund !== undefined) this.refunds.push(refund);
  }

  /** Stripe's report of an attempt's payment. */
  paymentOf(attemptId: string, changes: Partial<Payment> = {}): Payment {
    const { amount, currency } = this.attempts.find(({ id }) => id === attemptId) as Attempt;
    const fee = Math.floor(amount / 40);
    const booked = { balanceTransactionId: `txn_${attemptId}`, amount, fee, currency, at: this.now };
    const ids = { paymentIntentId: `pi_${attemptId}`, chargeId: `ch_${attemptId}` };
    return { kind: "succeeded", ...ids, amount, currency, paidAt: this.now, paidWith: card, booked, ...changes };
  }

  /** Pays one due, or part of it, by a separate checkout. */
  pay(purpose: "deposit" | "due", more: Partial<CheckoutRequest> = {}): this {
    const attempt = this.checkout(purpose, more);
    if (attempt === null)
      throw new Error(`a session for the ${purpose} cannot be opened while the booking is ${this.booking.status}`);
    this.settle(attempt.id, this.paymentOf(attempt.id));
    return this;
  }

  end(by: Ending["by"]): boolean {
    const request = { refundId: this.#id("ref"), requestedBy: "sub_staff" };
    const decision = endBooking(this.booking, by, request, this.now);
    if (!decision.ok) return false;
    this.#apply(decision);
    if (decision.refund !== null) this.refunds.push(decision.refund);
    return true;
  }

  /** Spreads the refunds of an ending and of waivers over the charges in slices, until it is spread or `slices` are done. */
  spread({ slices = Number.POSITIVE_INFINITY, most = 2 } = {}): this {
    for (let slice = 0; slice < slices; slice++) {
      const unspread = this.refunds.find((refund) => refund.unspread > 0);
      const next = unspread === undefined ? null : spreadRefund(unspread, this.charges, this.now, most);
      if (next === null) return this;
      this.refunds = this.refunds.map((one) => (one.id === next.refund.id ? next.refund : one));
      for (const { chargeId, amount } of next.added) {
        this.#charge(chargeId, (charge) => ({
          ...charge,
          refundable: charge.refundable - amount,
          applied: charge.applied - amount,
        }));
      }
    }
    return this;
  }

  refundOutcome(refundId: string, partId: string, outcome: RefundOutcome): "unchanged" | "applied" {
    const refund = this.refunds.find(({ id }) => id === refundId) as Refund;
    const decision = applyRefund(this.booking, refund, partId, outcome, this.now);
    if (decision.kind === "unchanged") return "unchanged";
    this.refunds = this.refunds.map((one) => (one.id === refundId ? decision.refund : one));
    this.#apply(decision);
    const { chargeId, restored } = decision;
    this.#charge(chargeId, (charge) => ({ ...charge, refundable: charge.refundable + restored }));
    return "applied";
  }

  /** Stripe refuses a part because its charge has too little left; recalculates what is still owed. */
  reckon(refundId: string, partId: string, left: number): ReckonDecision["kind"] {
    const refund = this.refunds.find(({ id }) => id === refundId) as Refund;
    const { chargeId } = partOf(refund, partId);
    const charge = this.charges.find(({ id }) => id === chargeId) as Charge;
    const decision = reckonPart(this.booking, refund, charge, { partId, code: "too_much", left }, this.now);
    if (decision.kind !== "apply") return decision.kind;
    this.refunds = this.refunds.map((one) => (one.id === refundId ? decision.refund : one));
    this.#apply(decision);
    this.#charge(chargeId, () => decision.charge);
    return "apply";
  }

  /** Somebody refunds a charge in Stripe's dashboard, and we learn of it; its outcome is still unknown. */
  refundByHand(chargeId: string, amount: number): Refund {
    this.spread();
    const before = this.charges.find(({ id }) => id === chargeId) as Charge;
    const stripeRefundId = this.#id("re");
    const made = { id: `ref_${stripeRefundId}`, stripeRefundId, amount, madeAt: this.now, now: this.now };
    const { refund, charge, ...change } = refundMadeAtStripe(this.booking, before, made);
    this.#apply(change);
    this.#charge(chargeId, () => charge);
    this.refunds.push(refund);
    return refund;
  }

  #charge(id: string, change: (charge: Charge) => Charge): void {
    this.charges = this.charges.map((charge) => (charge.id === id ? change(charge) : charge));
  }

  confirm(): this {
    this.#apply(confirm(this.booking, this.now));
    return this;
  }

  /** Staff waive a due, defer it, or pause collection. Returns whether it was allowed. */
  waive(dueId: string): boolean {
    const request = { refundId: this.#id("ref"), requestedBy: "staff" };
    const decision = waiveDue(this.booking, dueId, request, this.now);
    if (decision.ok && decision.refund !== null) this.refunds.push(decision.refund);
    return this.#except(decision);
  }

  defer = (dueId: string, dueOn: CalendarDate): boolean => this.#except(deferDue(this.booking, dueId, dueOn, this.now));
  collection = (paused: boolean): boolean => this.#except(setCollection(this.booking, paused, this.now));

  #except(decision: ({ ok: true } & BookingChange) | { ok: false } | null): boolean {
    return decision?.ok === true && this.#apply(decision);
  }

  /** The client revokes the permission to collect. */
  stopAutopay = (): boolean => this.#apply(stopAutopay(this.booking, this.now));

  /** The client's method is gone at Stripe. */
  loseMethod = (reason: LossAtStripe): boolean =>
    this.#apply(loseMethod(this.booking, this.booking.savedMethod?.id ?? "", reason, this.now));

  /** The client saves another method on a page that shows the permission. */
  saveMethod(method: SavedMethod): boolean {
    const shown = { id: this.#id("per"), version: 1, hash: this.#id("hash"), at: this.now };
    const asked = { id: this.#id("set"), customerId: method.customerId, returnUrl: "https://example.org/return" };
    const setup = requestSetup(this.booking, { ...asked, permission: shown }, this.now);
    const { savedAt: _at, unusable: _none, ...saved } = method;
    return this.#apply(
      decideSetup(this.booking, setup, null, { kind: "saved", method: saved }, this.now)?.change ?? null,
    );
  }

  admit(): this {
    this.#apply(admit(this.booking, "sub_staff", this.now));
    return this;
  }

  at(now: Instant): this {
    this.now = now;
    return this;
  }

  chargeLate = (): boolean => this.#apply(addLateCharges(this.booking, () => this.#id("due_late"), this.now));
  fallDue = (): boolean => this.#apply(fallDue(this.booking, this.now));
  complete = (): boolean => this.#apply(complete(this.booking, this.now));
  lapse = (): boolean => this.#apply(lapse(this.booking, this.now));
}
