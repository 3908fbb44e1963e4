import type { Booking } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, openCohort, participantBody } from "../harness/http.ts";
import { type Dump, dump } from "./dump.ts";
import {
  always,
  auditChainsHold,
  bookingsAgreeWithLedger,
  breaches,
  type Check,
  confirmedOnFacts,
  duesCollectedOnce,
  entriesBalance,
  eventsMatchChanges,
  placesHeldOnce,
  placesNeverShared,
  refundsWithinCaptured,
  stripePostedOnce,
} from "./invariants.ts";
import { openStack, type RunningStack } from "./stack.ts";

let stack: RunningStack;
let sound: Dump;

/** One booking confirmed and one cancelled with its refund: enough data for every check. */
beforeAll(async () => {
  stack = await openStack();
  const { client } = stack;
  const { id: cohortId } = await openCohort(client);
  await confirmed(client, cohortId, "stays@example.com");
  const { id, token } = await confirmed(client, cohortId, "leaves@example.com");
  await client.must("POST", `/v1/bookings/${id}/cancellation`, { token, body: { reason: "x" }, key: "cancel" });
  await client.quiesce();
  sound = await dump(client);
});
afterAll(() => stack?.stop());

async function confirmed(client: Client, cohortId: string, email: string): Promise<{ id: string; token: string }> {
  const token = await client.token("client", email);
  const post = (path: string, body: object, by = token) =>
    client.must("POST", path, { token: by, body, key: crypto.randomUUID() });
  const quote = await post("/v1/quotes", { cohortId, placeType: "private", plan: { kind: "full" } });
  const { id, agreement } = await post("/v1/bookings", { quoteId: quote.id, participant: participantBody(email) });
  await post(`/v1/bookings/${id}/agreement`, { hash: agreement.hash, signature: "Sample", accepted: true });
  const { sessionId } = await post(`/v1/bookings/${id}/checkout`, { purpose: "deposit" });
  await client.sim("POST", `/_sim/checkout/${sessionId}/payment`, { paymentMethod: "pm_card_visa" });
  await client.quiesce();
  for (const [kind, doctor] of [
    ["medical", "doctor-a"],
    ["psychiatric", "doctor-b"],
  ]) {
    const by = await client.token("clinician", `${doctor}@example.com`);
    await post(`/v1/screenings/${id}/evaluations`, { kind, outcome: "cleared" }, by);
  }
  await client.quiesce();
  return { id, token };
}

test("a sound dump has no breach", () => {
  expect(breaches(sound, [...always, stripePostedOnce])).toEqual([]);
  expect(sound.bookings.map(({ status }) => status).sort()).toEqual(["cancelled", "confirmed"]);
});

type Doctored = Dump & { live: Booking; gone: Booking };

/** Controls: a change of the dump, and the check that must detect it. */
const controls: Record<string, { check: Check; says: RegExp; doctor(dump: Doctored): void }> = {
  "a place that two live bookings name": {
    check: placesHeldOnce,
    says: /^I1: plc_\w+ is held by two live bookings$/,
    doctor: ({ bookings, live }) => bookings.push({ ...structuredClone(live), id: "bkg_other", cohortId: "coh_other" }),
  },
  "a live booking on a place that names another": {
    check: placesHeldOnce,
    says: /^I1: bkg_\w+ is confirmed on plc_\w+, which names bkg_other$/,
    doctor: ({ places, live }) => {
      for (const place of places) if (place.id === live.placeId) place.takenBy = "bkg_other";
    },
  },
  "a place taken by a booking that has ended": {
    check: placesHeldOnce,
    says: /^I1: plc_\w+ is taken by bkg_\w+, which is cancelled$/,
    doctor: ({ places, live, gone }) => {
      for (const place of places) if (place.id !== live.placeId) place.takenBy = gone.id;
    },
  },
  "a participant with two live bookings in one cohort": {
    check: placesHeldOnce,
    says: /^I1: coh_\w+ stays@example\.com has two live bookings$/,
    doctor: ({ bookings, live }) => bookings.push({ ...structuredClone(live), id: "bkg_other", placeId: "plc_other" }),
  },
  "a participant whom one payer has invited to a cohort twice": {
    check: placesHeldOnce,
    says: /^I1: coh_\w+ payer@example\.com stays@example\.com has two live bookings$/,
    doctor: ({ bookings, live }) => {
      Object.assign(live, { owner: { sub: "payer", email: "payer@example.com" }, participation: "invited" });
      bookings.push({ ...structuredClone(live), id: "bkg_other", placeId: "plc_other" });
    },
  },
  "two bookings that held one place at the same time in the past": {
    check: placesNeverShared,
    says: /^I1: plc_\w+ was held by bkg_\w+ until/,
    doctor: ({ audit, live }) => {
      const own = audit.filter(({ subject }) => subject.id === live.id);
      audit.push(...own.map((record) => ({ ...record, subject: { type: "booking" as const, id: "bkg_other" } })));
    },
  },
  "a confirmed booking whose evaluations one person signed": {
    check: confirmedOnFacts,
    says: /^I2: bkg_\w+ is confirmed without two clinicians$/,
    doctor: ({ clearances }) => {
      for (const { medical, psychiatric } of clearances) if (medical && psychiatric) medical.by = psychiatric.by;
    },
  },
  "a confirmed booking that its participant evaluated": {
    check: confirmedOnFacts,
    says: /^I2: bkg_\w+ is confirmed without an evaluation by somebody else$/,
    doctor: ({ bookings, clearances }) => {
      const emails = new Map(bookings.map(({ id, participant }) => [id, participant.email]));
      for (const { bookingId, medical } of clearances) {
        if (medical !== null) medical.by = personKey(emails.get(bookingId) ?? "");
      }
    },
  },
  "a confirmed booking whose clearance ends before the last day": {
    check: confirmedOnFacts,
    says: /^I2: bkg_\w+ is confirmed without both clearances to the last day$/,
    doctor: ({ clearances }) => {
      for (const { medical } of clearances) if (medical !== null) medical.validUntil = "2020-01-01";
    },
  },
  "a confirmed booking whose participant has not accepted": {
    check: confirmedOnFacts,
    says: /is confirmed without its participant$/,
    doctor: ({ live }) => void Object.assign(live, { participation: "invited" }),
  },
  "a confirmed booking whose agreement has changed": {
    check: confirmedOnFacts,
    says: /is confirmed without its signature$/,
    doctor: ({ live }) => void live.agreement.version++,
  },
  "a confirmed booking whose deposit is unpaid": {
    check: confirmedOnFacts,
    says: /is confirmed without its deposit$/,
    doctor: ({ live }) => {
      for (const due of live.dues) due.status = "scheduled";
    },
  },
  "an entry that does not balance": {
    check: entriesBalance,
    says: /^I3: payment:\w+ does not balance: 1$/,
    doctor: ({ entries }) => {
      const posting = entries.find(({ reference }) => reference.startsWith("payment:"))?.postings[0];
      if (posting !== undefined) posting.debit++;
    },
  },
  "an entry posted twice": {
    check: entriesBalance,
    says: /^I4: payment:\w+ is posted twice$/,
    doctor: ({ entries }) => entries.push(...entries.filter(({ reference }) => reference.startsWith("payment:"))),
  },
  "a schedule that does not add up": {
    check: bookingsAgreeWithLedger,
    says: /its schedule adds up to total and finance charge/,
    doctor: ({ live }) => void live.total++,
  },
  "a due billed in the booking and not in the ledger": {
    check: bookingsAgreeWithLedger,
    says: /receivable is billed dues less paid: 100 expected, 0 found/,
    doctor: ({ live }) => {
      for (const due of live.dues) if (due.kind === "balance") due.billed += 100;
    },
  },
  "a payment that the booking does not know": {
    check: bookingsAgreeWithLedger,
    says: /paid is what the ledger took in/,
    doctor: ({ live }) => void live.paid--,
  },
  "a refund that the booking forgot": {
    check: bookingsAgreeWithLedger,
    says: /refunded is what was asked for and has neither failed nor been refused/,
    doctor: ({ gone }) => void gone.refunded--,
  },
  "revenue left deferred on an ended booking": {
    check: bookingsAgreeWithLedger,
    says: /what is deferred of an ended booking/,
    doctor: ({ gone }) => void gone.deferred++,
  },
  "tax that the ledger has not": {
    check: bookingsAgreeWithLedger,
    says: /tax payable is the ledger's: 0 expected, 1 found/,
    doctor: ({ live }) => {
      live.taxPayable = 1;
    },
  },
  "interest that the ledger has not": {
    check: bookingsAgreeWithLedger,
    says: /interest income is the ledger's: 0 expected, 1 found/,
    doctor: ({ live }) => {
      live.interestIncome = 1;
    },
  },
  "tax that is still payable of an ended booking": {
    check: bookingsAgreeWithLedger,
    says: /the tax of a booking that ended early: 0 expected, 1 found/,
    doctor: ({ gone }) => {
      gone.taxPayable = 1;
    },
  },
  "a charge that owes back what the ledger does not": {
    check: bookingsAgreeWithLedger,
    says: /refunds payable is owed on its charges, not taken or come back: 1 expected, 0 found/,
    doctor: ({ charges, gone }) => {
      for (const charge of charges) if (charge.bookingId === gone.id) charge.applied--;
    },
  },
  "a booking that counts more than its charges apply": {
    check: bookingsAgreeWithLedger,
    says: /^I3: bkg_\w+ \(confirmed\): applied is what its charges apply, .*: \d+ expected, \d+ found$/,
    doctor: ({ live }) => void live.applied++,
  },
  "a due that is not the sum of its parts": {
    check: bookingsAgreeWithLedger,
    says: /^I3: due_\w+ of bkg_\w+ is not the sum of its parts$/,
    doctor: ({ live }) => {
      for (const due of live.dues) due.parts = { ...due.parts, tax: due.parts.tax + 1 };
    },
  },
  "more given back than was ever deferred": {
    check: bookingsAgreeWithLedger,
    says: /^I3: bkg_\w+ \(confirmed\): -1 are deferred$/,
    doctor: ({ live }) => {
      live.deferred = -1;
    },
  },
  "a due paid above its amount": {
    check: duesCollectedOnce,
    says: /^I5: due_\w+ of bkg_\w+ is paid/,
    doctor: ({ live }) => {
      for (const due of live.dues) due.paid = due.amount + 1;
    },
  },
  "two attempts under way on one due": {
    check: duesCollectedOnce,
    says: /^I5: two attempts collect due_\w+ at the same time$/,
    doctor: ({ attempts }) => {
      for (const attempt of attempts.splice(0)) {
        attempts.push({ ...attempt, status: "open" }, { ...attempt, id: "att_other", status: "processing" });
      }
    },
  },
  "a refund above what was captured": {
    check: refundsWithinCaptured,
    says: /^I6: ch_\w+: refunds of/,
    doctor: ({ refunds }) => {
      for (const { parts } of refunds) for (const part of parts) part.amount *= 10;
    },
  },
  "a charge that forgot what it gave back": {
    check: refundsWithinCaptured,
    says: /^I6: ch_\w+: \d+ left to refund of \d+, and \d+ asked for$/,
    doctor: ({ charges }) => {
      for (const charge of charges) charge.refundable++;
    },
  },
  "a refund above what was captured, at Stripe": {
    check: refundsWithinCaptured,
    says: /^I6: at Stripe ch_\w+: refunds of/,
    doctor: ({ stripe }) => {
      for (const refund of stripe.refunds) refund.amount *= 10;
    },
  },
  "a balance transaction that was never posted": {
    check: stripePostedOnce,
    says: /^I4: fee:txn_\w+ over -\d+ is posted as \[\]$/,
    doctor: (doctored) => {
      doctored.entries = doctored.entries.filter(({ reference }) => !reference.startsWith("fee:"));
    },
  },
  "a posting that is nothing at Stripe": {
    check: stripePostedOnce,
    says: /^I4: payment:\w+ is nothing at Stripe$/,
    doctor: ({ stripe }) => void stripe.transactions.splice(0),
  },
  "a cent between the balances": {
    check: stripePostedOnce,
    says: /^I4: stripe_balance is \d+, Stripe's own balance \d+$/,
    doctor: ({ stripe }) => void stripe.balance++,
  },
  "an event that never came out": {
    check: eventsMatchChanges,
    says: /^I7: bkg_\w+: \[.*BookingConfirmed.*\] happened, \[/,
    doctor: (doctored) => {
      doctored.events = doctored.events.filter(({ type }) => type !== "BookingConfirmed");
    },
  },
  "an event of a change that never was": {
    check: eventsMatchChanges,
    says: /which never was$/,
    doctor: ({ events, live }) =>
      events.push({
        id: "evt_ghost",
        type: "BookingCompleted",
        subject: { type: "booking", id: live.id, version: 99 },
        data: {},
      }),
  },
  "a message left in the outbox": {
    check: eventsMatchChanges,
    says: /^I7: evt_left was never sent$/,
    doctor: ({ outbox }) => outbox.push({ pk: "evt_left" }),
  },
  "a Stripe event that was stored and never worked on": {
    check: eventsMatchChanges,
    says: /^I7: evt_lost is stored, and was never worked on$/,
    doctor: ({ stripeEvents }) => stripeEvents.push("evt_lost"),
  },
  "an audit record that was changed": {
    check: auditChainsHold,
    says: /^I9: the chain of booking#bkg_\w+ breaks at 2$/,
    doctor: ({ audit, live }) => {
      for (const record of audit) {
        if (record.subject.id === live.id && record.sequence === 2) record.actor = { sub: "x", role: "admin" };
      }
    },
  },
};

describe("controls: the checker reports", () => {
  test.each(Object.entries(controls))("%s", (_name, { check, says, doctor }) => {
    const doctored = structuredClone(sound);
    const by = (status: string) => doctored.bookings.find((booking) => booking.status === status) as Booking;
    doctor(Object.assign(doctored, { live: by("confirmed"), gone: by("cancelled") }));

    expect(check(doctored)).toEqual(expect.arrayContaining([expect.stringMatching(says)]));
  });
});
