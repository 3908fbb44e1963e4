import { openCheckout } from "@clearing/commands/checkout";
import { type Exception, makeException } from "@clearing/commands/exceptions";
import { acceptParticipation, correctInvitation } from "@clearing/commands/participation";
import { reckonRefundPart } from "@clearing/commands/refund-by-hand";
import { renewRefundKey } from "@clearing/commands/refund-parts";
import { removeBooking } from "@clearing/commands/removal";
import { billDues, notifyOfDues, openTasks, remind, restClearance } from "@clearing/commands/sweep";
import { participationDocument } from "@clearing/domain/agreement";
import { type Booking, defaultHoldLimits, setCollection, waiveDue } from "@clearing/domain/booking";
import { epochSeconds, type Instant, plusDays } from "@clearing/domain/time";
import { readBooking } from "@clearing/store/booking";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changesOf, emptied } from "../harness/changes.ts";
import { participantBody } from "../harness/http.ts";
import * as journey from "../harness/journey.ts";
import { actor, asStored, holdSample } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";
import { bookStray, recordStray } from "../harness/stray.ts";

const { now, later, lapsedAt, occasionAt } = journey;

let running: TestStore;
let store: Store;
beforeAll(async () => {
  running = await startTestStore();
  store = running.store;
});
beforeEach(() => emptied(store));
afterAll(() => running.stop());

/** A new idempotency record, kept as long as any. */
const answer = (): IdempotencyRecord => ({
  scope: ids.next("scope"),
  fingerprint: "",
  status: 200,
  body: null,
  expiresAt: epochSeconds(plusDays(now, 30)),
});

type Made = (store: Store) => Promise<Booking>;
type Act = (booking: Booking) => Promise<{ ok: boolean }>;
type Row = { when: string; made: Made; act: Act; leaves: string[] };

const payer = { sub: "payer", email: "payer@example.com" };

const account = { sub: payer.sub, limits: defaultHoldLimits };

async function holdFor(email: string, account: Parameters<typeof holdSample>[5] = null): Promise<Booking> {
  const [offer] = await journey.offers(store);
  const held = await holdSample(store, offer, email, now, payer, account);
  if (!held.ok) throw new Error(held.reason);
  return asStored(store, held.booking);
}
const counted: Made = () => holdFor(payer.email, account);
const invited: Made = () => holdFor("guest@example.com");

/** When the first notice of a confirmed booking is sent: a week before its balance is due. */
const firstNoticeOf = async (id: string): Promise<Instant> => (await readBooking(store, id))?.dueAt ?? now;

const page = (booking: Booking, of: { purpose: "deposit" } | { purpose: "due"; dueId: string }) =>
  openCheckout(journey.contextOf(store), { bookingId: booking.id, ...of }, actor, {
    mayPay: () => true,
    email: booking.owner.email,
    answer,
  });
const balanceOf = ({ dues }: Booking) => dues.find(({ kind }) => kind !== "deposit")?.id ?? "";

const excepted = <No extends { ok: false; reason: string }>({ id }: Booking, exception: Exception<No>) =>
  makeException(store, id, exception, { ...occasionAt(now), reason: "Sample reason" }, answer);

const waiver = { refundId: "ref_waiver", requestedBy: "staff" };

const remove: Act = ({ id }) => removeBooking(store, id, occasionAt(plusDays(lapsedAt, 30)));

const booked = { balanceTransactionId: "txn_1", amount: 250_000, fee: 10_000, currency: "usd", at: now };
const failedPart = { status: "failed", failureCode: "lost_or_stolen_card" } as const;

const firstPart = async (booking: Booking) => {
  const [refund] = await journey.refundsOf(store, booking);
  const [part] = refund?.parts ?? [];
  if (refund === undefined || part === undefined) throw new Error("the booking has no refund");
  return { refund, part };
};

const rows: Row[] = [
  {
    when: "a hold lapses",
    made: journey.held,
    act: (booking) => journey.lapse(store, booking),
    leaves: ["HoldExpired", "audit of a booking", "booking", "no participant lock", "place"],
  },
  {
    when: "a hold lapses that counts toward the limit of its account",
    made: counted,
    act: (booking) => journey.lapse(store, booking),
    leaves: ["no slot", "unpaid ending"],
  },
  {
    when: "an agreement is signed",
    made: journey.held,
    act: (booking) => journey.sign(store, booking, "Sample Person", answer),
    leaves: ["AgreementSigned", "agreement", "answer", "audit of a booking", "booking"],
  },
  {
    when: "an agreement is signed with the permission to collect",
    made: journey.held,
    act: (booking) => journey.sign(store, booking, "Sample Person", answer, true),
    leaves: ["AgreementSigned", "agreement", "answer", "audit of a booking", "booking", "permission"],
  },
  {
    when: "a client gives the permission to collect",
    made: journey.paidAndSaved,
    act: (booking) => journey.allowAutopay(store, booking, answer),
    leaves: ["AutopayChanged", "answer", "audit of a booking", "booking", "permission"],
  },
  {
    when: "a participant accepts",
    made: invited,
    act: (booking) => {
      const { hash } = participationDocument(booking);
      const signed = { hash, signature: "Sample Guest", sourceIp: "", userAgent: "", signedBy: "guest" };
      return acceptParticipation(
        store,
        booking.id,
        { email: booking.participant.email, ...signed },
        occasionAt(now),
        answer,
      );
    },
    leaves: ["ParticipationChanged", "acceptance", "answer", "audit of a booking", "booking", "participant lock"],
  },
  {
    when: "a payer corrects the invited participant",
    made: invited,
    act: ({ id }) => correctInvitation(store, id, participantBody("right@example.com"), occasionAt(now), answer),
    leaves: [
      "ParticipantCorrected",
      "agreement",
      "answer",
      "audit of a booking",
      "booking",
      "no payer lock",
      "payer lock",
    ],
  },
  {
    when: "a session for the deposit is opened",
    made: journey.signed,
    act: (booking) => page(booking, { purpose: "deposit" }),
    leaves: [
      "answer",
      "attempt",
      "audit of a booking",
      "booking",
      "customer",
      "participant lock",
      "place",
      "way back of att",
      "way back of cs",
    ],
  },
  {
    when: "the deposit is paid",
    made: journey.withSession,
    act: (booking) => journey.settleDeposit(store, booking),
    leaves: [
      "PaymentSettled",
      "attempt",
      "audit of a booking",
      "booking",
      "charge",
      "entry payment",
      "participant lock",
      "place",
    ],
  },
  {
    when: "a bank debit for the deposit is processing",
    made: journey.withSession,
    act: (booking) => journey.settleDeposit(store, booking, { kind: "processing" }),
    leaves: ["PaymentProcessing", "attempt", "booking", "participant lock", "place"],
  },
  {
    when: "Stripe books a payment that is settled",
    made: journey.paid,
    act: (booking) => journey.settleDeposit(store, booking, { booked }),
    leaves: ["attempt", "charge", "entry fee"],
  },
  {
    when: "Stripe books a payment in another currency",
    made: journey.paid,
    act: (booking) => journey.settleDeposit(store, booking, { booked: { ...booked, currency: "eur" } }),
    leaves: ["MoneyConverted", "entry converted-from", "entry converted-to", "entry fee"],
  },
  {
    when: "late money arrives while the place is free",
    made: async () => {
      const booking = await journey.withSession(store);
      await journey.lapse(store, booking);
      return booking;
    },
    act: (booking) => journey.settleDeposit(store, booking, {}, lapsedAt),
    leaves: ["BookingRevived", "attempt", "booking", "charge", "entry payment", "participant lock", "place"],
  },
  {
    when: "late money arrives after the place was sold again",
    made: journey.overtaken,
    act: (booking) => journey.settleDeposit(store, booking, {}, lapsedAt),
    leaves: ["RefundRequested", "attempt", "booking", "charge", "no participant lock", "refund"],
  },
  {
    when: "late money arrives on a booking that has ended",
    made: async () => {
      const booking = await journey.overtaken(store);
      await journey.lapse(store, booking);
      return booking;
    },
    act: (booking) => journey.settleDeposit(store, booking, {}, lapsedAt),
    leaves: ["RefundRequested", "attempt", "booking", "charge", "refund"],
  },
  {
    when: "a stray payment arrives",
    made: journey.paid,
    act: (booking) => recordStray(store, booking),
    leaves: ["RefundRequested", "audit of a booking", "booking", "charge", "refund"],
  },
  {
    when: "Stripe books a stray payment",
    made: async () => {
      const booking = await journey.paid(store);
      await recordStray(store, booking);
      return booking;
    },
    act: () => bookStray(store),
    leaves: ["charge", "entry fee"],
  },
  {
    when: "a clinician evaluates",
    made: journey.paid,
    act: (booking) => journey.evaluate(store, booking, "medical", "cleared", answer),
    leaves: ["ClearanceChanged", "answer", "audit of a clearance", "clearance", "evaluation"],
  },
  {
    when: "the last fact of a confirmation arrives",
    made: journey.cleared,
    act: (booking) => journey.progress(store, booking),
    leaves: ["BookingConfirmed", "audit of a booking", "booking"],
  },
  {
    when: "a clearance is lost",
    made: async () => {
      const booking = await journey.confirmed(store);
      await journey.evaluate(store, booking, "medical", "not_cleared");
      return booking;
    },
    act: (booking) => journey.progress(store, booking),
    leaves: ["BookingUnconfirmed", "audit of a booking", "booking"],
  },
  {
    when: "a booking is declined after its hours",
    made: async () => {
      const booking = await journey.paid(store);
      await journey.evaluate(store, booking, "medical", "not_cleared");
      return booking;
    },
    act: (booking) => journey.progress(store, booking, plusDays(now, 3)),
    leaves: ["BookingDeclined", "audit of a booking", "booking", "no participant lock", "place", "refund"],
  },
  {
    when: "staff waive a due",
    made: journey.confirmed,
    act: (booking) => excepted(booking, (before) => waiveDue(before, balanceOf(before), waiver, now)),
    leaves: ["DueWaived", "answer", "audit of a booking", "booking"],
  },
  {
    when: "staff waive a due that is billed",
    made: async () => {
      const booking = await journey.confirmed(store);
      await billDues(store, booking.id, occasionAt(plusDays(now, 400)));
      return booking;
    },
    act: (booking) => excepted(booking, (before) => waiveDue(before, balanceOf(before), waiver, now)),
    leaves: ["entry due-waived"],
  },
  {
    when: "staff waive the last due after interest was paid ahead",
    made: journey.paidAhead,
    act: (booking) => journey.waiveLast(store, booking, answer),
    leaves: ["DueWaived", "RefundRequested", "answer", "audit of a booking", "booking", "entry refund-owed", "refund"],
  },
  {
    when: "staff waive the last due, and interest that was paid ahead pays the rest of another",
    made: (store) => journey.paidAhead(store, 1_000),
    act: (booking) => journey.waiveLast(store, booking, answer),
    leaves: ["DueWaived", "RefundRequested", "booking", "entry due-billed", "entry interest-unearned", "refund"],
  },
  {
    when: "the last page expires after a waiver, and interest that was paid ahead pays the rest",
    made: journey.waivedBesidePage,
    act: (booking) => journey.expirePage(store, booking),
    leaves: ["RefundRequested", "attempt", "booking", "entry interest-unearned", "entry refund-owed", "refund"],
  },
  {
    when: "staff pause the collection of a booking",
    made: journey.confirmed,
    act: (booking) => excepted(booking, (before) => setCollection(before, true, now)),
    leaves: ["CollectionChanged", "answer", "audit of a booking", "booking"],
  },
  {
    when: "a participant is admitted",
    made: journey.confirmed,
    act: (booking) => journey.admit(store, booking, "admitted", answer),
    leaves: ["ParticipantAdmitted", "answer", "audit of a booking", "booking"],
  },
  {
    when: "a participant is turned away while a session is open",
    made: async () => {
      const booking = await journey.confirmed(store);
      await page(booking, { purpose: "due", dueId: balanceOf(booking) });
      return booking;
    },
    act: (booking) => journey.admit(store, booking, "turned_away", answer),
    leaves: ["answer", "booking", "pages", "refund"],
  },
  {
    when: "a booking is cancelled",
    made: journey.paid,
    act: (booking) => journey.cancel(store, booking, "operator", answer),
    leaves: ["BookingCancelled", "answer", "audit of a booking", "booking", "no participant lock", "place", "refund"],
  },
  {
    when: "a hold is cancelled while its session is open",
    made: journey.withSession,
    act: (booking) => journey.cancel(store, booking, "client", answer),
    leaves: ["answer", "booking", "no participant lock", "pages", "place"],
  },
  {
    when: "a refund is spread over the charges",
    made: journey.ended,
    act: (booking) => journey.spread(store, booking),
    leaves: ["charge", "refund"],
  },
  {
    when: "a refund has succeeded",
    made: journey.cancelled,
    act: (booking) => journey.settlePart(store, booking),
    leaves: ["RefundSucceeded", "audit of a booking", "booking", "refund"],
  },
  {
    when: "a refund has failed",
    made: journey.cancelled,
    act: (booking) => journey.settlePart(store, booking, failedPart),
    leaves: ["RefundFailed", "audit of a booking", "booking", "charge", "refund"],
  },
  {
    when: "a refund is requested under its next key",
    made: journey.cancelled,
    act: async (booking) => {
      const { refund, part } = await firstPart(booking);
      return renewRefundKey(store, refund, part);
    },
    leaves: ["refund"],
  },
  {
    when: "a refund is made by hand at Stripe",
    made: journey.paid,
    act: (booking) => journey.refundByHand(store, booking),
    leaves: ["audit of a booking", "booking", "charge", "refund"],
  },
  {
    when: "a part of a refund gets the charge's current amount",
    made: async () => {
      const booking = await journey.cancelled(store);
      await journey.refundByHand(store, booking);
      return booking;
    },
    act: async (booking) => {
      const { refund, part } = await firstPart(booking);
      const refused = {
        partId: part.id,
        chargeId: part.chargeId,
        code: "refund_exceeds_charge",
        left: part.amount - 60_000,
      };
      return reckonRefundPart(store, { bookingId: booking.id, refundId: refund.id }, refused, occasionAt(later));
    },
    leaves: ["audit of a booking", "booking", "charge", "refund"],
  },
  {
    when: "a participant is reminded of a missing evaluation",
    made: journey.paid,
    act: async ({ id }) => {
      const { clearanceReminders: [first = now] = [] } = (await readBooking(store, id)) ?? {};
      return remind(store, id, occasionAt(first));
    },
    leaves: ["ClearanceReminder", "audit of a booking", "booking"],
  },
  {
    when: "a client gets a notice of a due",
    made: journey.confirmed,
    act: async ({ id }) => notifyOfDues(store, id, occasionAt(await firstNoticeOf(id))),
    leaves: ["DueNotice", "audit of a booking", "booking"],
  },
  {
    when: "staff get a task after the last notice of a due",
    made: async () => {
      const booking = await journey.confirmed(store);
      await notifyOfDues(store, booking.id, occasionAt(plusDays(await firstNoticeOf(booking.id), 14)));
      return booking;
    },
    act: async ({ id }) => openTasks(store, id, occasionAt(plusDays(now, 365))),
    leaves: ["CollectionTaskOpened", "audit of a booking", "booking"],
  },
  {
    when: "a change of a clearance has been applied to its booking",
    made: journey.confirmed,
    act: ({ id }) => restClearance(store, id, now),
    leaves: ["clearance"],
  },
  {
    when: "a hold that ended unpaid is removed",
    made: journey.abandoned,
    act: remove,
    leaves: [
      "audit of a booking",
      "no agreement",
      "no attempt",
      "no booking",
      "no quote",
      "no way back of att",
      "no way back of cs",
      "removed",
    ],
  },
  {
    when: "a hold whose participant was evaluated is kept",
    made: async () => {
      const booking = await journey.abandoned(store);
      await journey.evaluate(store, booking, "medical", "cleared");
      return booking;
    },
    act: remove,
    leaves: ["booking"],
  },
];

describe("one transaction writes all that belongs together", () => {
  test("when a place is held", async () => {
    const [offer] = await journey.offers(store);

    const changes = await changesOf(store, () => holdSample(store, offer, payer.email, now, payer, account, answer()));

    const leaves = ["BookingHeld", "agreement", "answer", "audit of a booking", "booking", "place", "quote", "slot"];
    expect(changes).toEqual(expect.arrayContaining([...leaves, "participant lock"]));
  });

  test.each(rows)("when $when", async ({ made, act, leaves }) => {
    const booking = await made(store);
    let result = { ok: false };

    const changes = await changesOf(store, async () => {
      result = await act(booking);
    });

    expect(result).toMatchObject({ ok: true });
    expect(changes).toEqual(expect.arrayContaining(leaves));
  });
});
