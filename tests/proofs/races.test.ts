import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { admitBooking } from "@clearing/commands/admission";
import { changeAutopay, signAgreement } from "@clearing/commands/agreement";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { addPlaces, removePlaces } from "@clearing/commands/capacity";
import { openCheckout } from "@clearing/commands/checkout";
import { changeCohort } from "@clearing/commands/cohort";
import type { Context } from "@clearing/commands/context";
import { endEarly } from "@clearing/commands/end-early";
import { writeClearance } from "@clearing/commands/evaluation";
import { progressBooking } from "@clearing/commands/progress";
import { recordStripeRefund } from "@clearing/commands/refund-by-hand";
import { settleRefundPart, spreadOverCharges } from "@clearing/commands/refund-parts";
import { lapseHold } from "@clearing/commands/sweep";
import { type Booking, type Refund, spreadRefund } from "@clearing/domain/booking";
import { afterEvaluation } from "@clearing/domain/screening";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusDays, plusMinutes, startOfDay } from "@clearing/domain/time";
import type { CheckoutFacts, Gateway } from "@clearing/payments";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { readCharges } from "@clearing/store/charge";
import { untilFresh } from "@clearing/store/commit";
import { keys } from "@clearing/store/keys";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const later = plusMinutes(now, 5);
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const occasionAt = (at: Instant) => ({ actor, action: "sample", now: at });

/** The store, one request at a time, with something that happens just before the request of this number is sent. */
function interleaved(before: number, happens: () => Promise<unknown>) {
  const { client } = running.store;
  let sent = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const send = (command: Parameters<typeof client.send>[0]) => {
    const answer = turn.then(async () => {
      if (++sent === before) await happens();
      return client.send(command);
    });
    turn = answer.catch(() => {});
    return answer;
  };
  const store: Store = { ...running.store, client: Object.assign(Object.create(client), { send }) };
  return { store, happened: () => sent >= before };
}

const sessions = new Map<string, CheckoutFacts>();
const stripe: Partial<Gateway> = {
  createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
  retrieveCustomer: async () => ({ ok: true, value: { deleted: false } }),
  async createCheckoutSession(asked) {
    const value = openSession(asked, now);
    sessions.set(value.sessionId, value);
    return { ok: true, value };
  },
  retrieveCheckoutSession: async (id) => ({ ok: true, value: sessions.get(id) as CheckoutFacts }),
};

const contextOf = (store: Store, at = now): Context => ({
  store,
  gateway: stripe as Gateway,
  ids,
  clock: { now: () => at },
  site: { stage: "test", publicUrl: "https://example.org" },
});

async function held(): Promise<Booking> {
  const { store } = running;
  const program = sampleProgram();
  const offer = await sampleQuote(store, program, await openCohort(store, program, { places: 1, now }), now);
  return heldBooking(store, offer, `${offer.id}@example.com`, now);
}

const sign = (store: Store, { id, agreement: { hash } }: Booking, signature = "Sample Person") => {
  const evidence = { hash, signature, sourceIp: "", userAgent: "", signedBy: actor.sub, autopay: false };
  return signAgreement(store, id, evidence, occasionAt(now), () => null);
};

async function signed(): Promise<Booking> {
  const booking = await held();
  await sign(running.store, booking);
  return booking;
}

async function withPage(): Promise<Booking> {
  const booking = await signed();
  await openCheckout(contextOf(running.store), { bookingId: booking.id, purpose: "deposit" }, actor);
  return booking;
}

async function settleDeposit(store: Store, { id }: Booking, kind: "succeeded" | "expired" = "succeeded") {
  const [attempt] = await readAttempts(running.store, id);
  const { id: attemptId = "", amount = 0, currency = "" } = attempt ?? {};
  const payment = {
    paymentIntentId: `pi_${attemptId}`,
    chargeId: `ch_${attemptId}`,
    amount,
    currency,
    paidAt: now,
    paidWith: card,
    booked: null,
  };
  const outcome = kind === "expired" ? { kind } : { kind, ...payment };
  return settleAttempt(store, { bookingId: id, attemptId, refundId: ids.next("ref") }, outcome, occasionAt(now));
}

async function paid(): Promise<Booking> {
  const booking = await withPage();
  await settleDeposit(running.store, booking);
  return booking;
}

async function evaluate(
  store: Store,
  { id }: Booking,
  kind: "medical" | "psychiatric",
  outcome: "cleared" | "not_cleared",
) {
  const evaluation = {
    id: ids.next("evl"),
    bookingId: id,
    kind,
    outcome,
    validUntil: null,
    note: null,
    by: "dr",
    at: now,
  };
  return untilFresh(store, async () => {
    const file = await readFile(store, id);
    if (file === null) throw new Error(`${id} does not exist`);
    const { booking, clearance } = file;
    const finding = { ...evaluation, validUntil: booking.terms.endsOn, by: `dr-${kind}` };
    const after = afterEvaluation(clearance, id, finding, false);
    return writeClearance(store, file, after, { evaluation }, occasionAt(now), null);
  });
}

const progress = (store: Store, { id }: Booking, at = now) =>
  progressBooking(store, { bookingId: id, refundId: ids.next("ref") }, occasionAt(at));

async function confirmed(): Promise<Booking> {
  const booking = await paid();
  await evaluate(running.store, booking, "medical", "cleared");
  await evaluate(running.store, booking, "psychiatric", "cleared");
  await progress(running.store, booking);
  return booking;
}

async function declining(): Promise<Booking> {
  const booking = await paid();
  await evaluate(running.store, booking, "medical", "not_cleared");
  return booking;
}

const cancel = (store: Store, { id }: Booking, by: "client" | "operator" = "operator") =>
  endEarly(store, { bookingId: id, by, refundId: ids.next("ref") }, occasionAt(later));

/** Somebody refunds $600 of the deposit in Stripe's dashboard. */
async function refundByHand(store: Store, { id }: Booking) {
  const [attempt] = await readAttempts(running.store, id);
  const stripeRefundId = ids.next("re");
  const made = { bookingId: id, chargeId: `ch_${attempt?.id}`, refundId: `ref_${stripeRefundId}`, stripeRefundId };
  return recordStripeRefund(store, { ...made, amount: 60_000, madeAt: later }, occasionAt(later));
}

async function refundsOf({ id }: Booking): Promise<Refund[]> {
  const { client, tables } = running.store;
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tables.core,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :refunds)",
      ExpressionAttributeValues: { ":pk": keys.booking(id).pk, ":refunds": "REF#" },
      ConsistentRead: true,
    }),
  );
  return Items as Refund[];
}

async function settlePart(store: Store, { id }: Booking) {
  const [refund] = await refundsOf({ id } as Booking);
  const refundId = refund?.id ?? "";
  const part = { bookingId: id, refundId, partId: `${refundId}-1` };
  const outcome = {
    stripeRefundId: "re_1",
    status: "succeeded",
    failureCode: null,
    taken: null,
    returned: null,
  } as const;
  return settleRefundPart(store, part, outcome, occasionAt(later));
}

async function cancelled(): Promise<Booking> {
  const booking = await paid();
  await cancel(running.store, booking);
  await spread(running.store, booking);
  return booking;
}

/** Spreads what the booking's ending owes over its charges. */
async function spread(store: Store, { id }: Booking) {
  const refundId = (await readBooking(running.store, id))?.ending?.refundId ?? null;
  if (refundId === null) return { ok: true } as const;
  return spreadOverCharges(store, { bookingId: id, refundId }, later);
}

async function ended(): Promise<Booking> {
  const booking = await paid();
  await cancel(running.store, booking);
  return booking;
}

const admit = (store: Store, { id, terms }: Booking, outcome: "admitted" | "turned_away") => {
  const request = { bookingId: id, outcome, by: "staff", refundId: ids.next("ref") };
  return admitBooking(store, request, occasionAt(startOfDay(terms.startsOn, terms.timeZone)), () => null);
};

/** What must be true of a booking's money whatever happened to it at the same time. */
async function breaches(booking: Booking): Promise<string[]> {
  await spread(running.store, booking);
  const after = await readBooking(running.store, booking.id);
  const refunds = await refundsOf(booking);
  const refunded = refunds.reduce((sum, { amount }) => sum + amount, 0);
  const charges = await readCharges(running.store, booking.id);
  const captured = charges.reduce((sum, { amount }) => sum + amount, 0);
  const refundable = charges.reduce((sum, charge) => sum + charge.refundable, 0);
  return [
    ...(refundable === captured - refunded ? [] : [`${refundable} is refundable of ${captured} less ${refunded}`]),
    ...(after?.refunded === refunded ? [] : [`the booking says ${after?.refunded}, its refunds ${refunded}`]),
    ...(after?.paid === captured ? [] : [`the booking says ${after?.paid} is paid, its charges ${captured}`]),
  ];
}

type Race = {
  made: () => Promise<Booking>;
  act: (store: Store, booking: Booking) => Promise<{ ok: boolean; reason?: string }>;
  meanwhile: (store: Store, booking: Booking) => Promise<unknown>;
  /** What the act may answer, whichever of the two was first. */
  answers: (true | string)[];
};

const races: Record<string, Race> = {
  "cancelling, and a refund by hand": { made: paid, act: cancel, meanwhile: refundByHand, answers: [true] },
  "cancelling, and the same from another tab": {
    made: paid,
    act: (store, booking) => cancel(store, booking, "client"),
    meanwhile: cancel,
    answers: [true, "invalid_transition"],
  },
  "cancelling, and the deposit's settlement": {
    made: withPage,
    act: cancel,
    meanwhile: settleDeposit,
    answers: [true],
  },
  "declining, and a refund by hand": {
    made: declining,
    act: (store, booking) => progress(store, booking, plusDays(now, 3)),
    meanwhile: refundByHand,
    answers: [true],
  },
  "turning somebody away, and a refund by hand": {
    made: confirmed,
    act: (store, booking) => admit(store, booking, "turned_away"),
    meanwhile: refundByHand,
    answers: [true],
  },
  "admitting somebody, and a cancellation": {
    made: confirmed,
    act: (store, booking) => admit(store, booking, "admitted"),
    meanwhile: cancel,
    answers: [true, "invalid_transition"],
  },
  "settling a deposit, and a cancellation": { made: withPage, act: settleDeposit, meanwhile: cancel, answers: [true] },
  "settling a deposit, and the lapse of its hold": {
    made: withPage,
    act: settleDeposit,
    meanwhile: (store, { id }) => lapseHold(store, id, occasionAt(plusMinutes(now, 40))),
    answers: [true],
  },
  "settling a deposit twice": { made: withPage, act: settleDeposit, meanwhile: settleDeposit, answers: [true] },
  "recording a refund by hand, and a cancellation": {
    made: paid,
    act: refundByHand,
    meanwhile: cancel,
    answers: [true],
  },
  "spreading what an ending owes, and a refund by hand": {
    made: ended,
    act: spread,
    meanwhile: refundByHand,
    answers: [true],
  },
  "spreading what an ending owes, and the same from another worker": {
    made: ended,
    act: spread,
    meanwhile: spread,
    answers: [true],
  },
  "recording a refund by hand, and the spreading of what an ending owes": {
    made: ended,
    act: refundByHand,
    meanwhile: spread,
    answers: [true],
  },
  "settling a refund, and a refund by hand": {
    made: cancelled,
    act: settlePart,
    meanwhile: settlePart,
    answers: [true],
  },
  "signing twice": { made: held, act: sign, meanwhile: sign, answers: [true] },
  "signing, and another name for it": {
    made: held,
    act: sign,
    meanwhile: (store, booking) => sign(store, booking, "Other Sample"),
    answers: [true, "agreement_signed"],
  },
  "signing, and a cancellation": {
    made: held,
    act: sign,
    meanwhile: cancel,
    answers: [true, "invalid_transition"],
  },
  "allowing autopay, and a cancellation": {
    made: paid,
    act: (store, { id }) => changeAutopay(store, id, true, occasionAt(now), () => null),
    meanwhile: cancel,
    answers: [true, "invalid_transition"],
  },
  "opening a page, and the same from another tab": {
    made: signed,
    act: (store, { id }) => openCheckout(contextOf(store), { bookingId: id, purpose: "deposit" }, actor),
    meanwhile: (store, { id }) => openCheckout(contextOf(store), { bookingId: id, purpose: "deposit" }, actor),
    answers: [true],
  },
  "opening a page, and a cancellation": {
    made: signed,
    act: (store, { id }) => openCheckout(contextOf(store), { bookingId: id, purpose: "deposit" }, actor),
    meanwhile: cancel,
    answers: [true, "invalid_transition"],
  },
  "letting a hold lapse, and a cancellation": {
    made: held,
    act: (store, { id }) => lapseHold(store, id, occasionAt(plusMinutes(now, 40))),
    meanwhile: cancel,
    answers: [true],
  },
  "evaluating, and another's evaluation": {
    made: paid,
    act: (store, booking) => evaluate(store, booking, "medical", "cleared"),
    meanwhile: (store, booking) => evaluate(store, booking, "psychiatric", "cleared"),
    answers: [true],
  },
  "shrinking a cohort twice": {
    made: held,
    act: (store, booking) => shrink(store, booking),
    meanwhile: (store, booking) => shrink(store, booking),
    answers: ["places_in_use"],
  },
  "growing a cohort, and closing it": {
    made: held,
    act: (store, { cohortId }) => {
      const newPlace = { type: "private", newIds: [ids.next("plc")] };
      return addPlaces(store, cohortId, newPlace, occasionAt(now), () => null);
    },
    meanwhile: (store, { cohortId }) =>
      changeCohort(
        store,
        cohortId,
        ({ cohort }) => ({ ok: true, cohort: { ...cohort, status: "closed" } }),
        occasionAt(now),
      ),
    answers: [true],
  },
};

const shrink = (store: Store, { cohortId }: Booking) =>
  removePlaces(store, cohortId, { type: "private", count: 1 }, occasionAt(now), () => null);

const mostRequests = 40;

describe("whatever is written between two of its requests, an operation decides on facts of one instant", () => {
  test.each(Object.entries(races))("%s", async (_name, { made, act, meanwhile, answers }) => {
    let happened = true;
    for (let before = 1; happened; before++) {
      expect(before).toBeLessThan(mostRequests);
      const booking = await made();
      const race = interleaved(before, () => meanwhile(running.store, booking));
      const result = await act(race.store, booking);
      happened = race.happened();
      const answer = result.ok || result.reason;
      expect(answers, `${answer} before request ${before}`).toContain(answer);
      expect(await breaches(booking), `before request ${before}`).toEqual([]);
    }
  });

  test("control: the refund of before, with the charges of after, fails an assertion", async () => {
    const booking = await ended();
    const [before] = await refundsOf(booking);
    await spread(running.store, booking);
    const charges = await readCharges(running.store, booking.id);

    const torn = () => spreadRefund(before as Refund, charges, later);

    expect(torn).toThrow("exceed what was captured");
  });
});

describe("an assertion that fails", () => {
  const failing = (times: number) => {
    let rounds = 0;
    const once = async () => {
      if (++rounds <= times) throw new RangeError("contradiction");
      return { ok: true } as const;
    };
    return { once, rounds: () => rounds };
  };

  test("on what was read while another was writing is forgotten once the facts agree", async () => {
    expect(await untilFresh(running.store, failing(2).once)).toEqual({ ok: true });
  });

  test("on every new reading is a bug, and is thrown", async () => {
    const { once, rounds } = failing(Number.POSITIVE_INFINITY);

    await expect(untilFresh(running.store, once)).rejects.toThrow("contradiction");
    expect(rounds()).toBe(3);
  });
});
