import { addPlaces, removePlaces } from "@clearing/commands/capacity";
import { openCheckout } from "@clearing/commands/checkout";
import { changeCohort } from "@clearing/commands/cohort";
import { lapseHold } from "@clearing/commands/sweep";
import { type Booking, type Refund, spreadRefund } from "@clearing/domain/booking";
import { plusDays, plusMinutes } from "@clearing/domain/time";
import { readBooking } from "@clearing/store/booking";
import { readCharges } from "@clearing/store/charge";
import { untilFresh } from "@clearing/store/commit";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  admit,
  allowAutopay,
  cancel,
  cancelled,
  confirmed,
  contextOf,
  ended,
  evaluate,
  held,
  later,
  now,
  occasionAt,
  paid,
  paidAhead,
  paidAndSaved,
  progress,
  refundByHand,
  refundsOf,
  settleDeposit,
  settlePart,
  sign,
  signed,
  spread,
  waiveLast,
  withSession,
} from "../harness/journey.ts";
import { actor } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

/** The store, one request at a time, with something that happens just before request number `before` is sent. */
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

async function declining(store: Store): Promise<Booking> {
  const booking = await paid(store);
  await evaluate(store, booking, "medical", "not_cleared");
  return booking;
}

/** The breaches of a booking's money rules, whatever happened concurrently. */
async function breaches(booking: Booking): Promise<string[]> {
  await spread(running.store, booking);
  const after = await readBooking(running.store, booking.id);
  const refunds = await refundsOf(running.store, booking);
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
  made: (store: Store) => Promise<Booking>;
  act: (store: Store, booking: Booking) => Promise<{ ok: boolean; reason?: string }>;
  meanwhile: (store: Store, booking: Booking) => Promise<unknown>;
  /** The answers that the act may get, in either order. */
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
    made: withSession,
    act: cancel,
    meanwhile: (store, booking) => settleDeposit(store, booking),
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
  "settling a deposit, and a cancellation": {
    made: withSession,
    act: (store, booking) => settleDeposit(store, booking),
    meanwhile: cancel,
    answers: [true],
  },
  "settling a deposit, and the lapse of its hold": {
    made: withSession,
    act: (store, booking) => settleDeposit(store, booking),
    meanwhile: (store, { id }) => lapseHold(store, id, occasionAt(plusMinutes(now, 40))),
    answers: [true],
  },
  "settling a deposit twice": {
    made: withSession,
    act: (store, booking) => settleDeposit(store, booking),
    meanwhile: (store, booking) => settleDeposit(store, booking),
    answers: [true],
  },
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
  "recording a refund by hand, and a waiver that owes a refund": {
    made: paidAhead,
    act: refundByHand,
    meanwhile: waiveLast,
    answers: [true],
  },
  "waiving a due with a refund, and a refund by hand": {
    made: paidAhead,
    act: waiveLast,
    meanwhile: refundByHand,
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
    made: paidAndSaved,
    act: (store, booking) => allowAutopay(store, booking),
    meanwhile: cancel,
    answers: [true, "ended"],
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

describe("an operation decides on facts of one instant, whatever is written between two of its requests", () => {
  test.each(Object.entries(races))("%s", async (_name, { made, act, meanwhile, answers }) => {
    let happened = true;
    for (let before = 1; happened; before++) {
      expect(before).toBeLessThan(mostRequests);
      const booking = await made(running.store);
      const race = interleaved(before, () => meanwhile(running.store, booking));
      const result = await act(race.store, booking);
      happened = race.happened();
      const answer = result.ok || result.reason;
      expect(answers, `${answer} before request ${before}`).toContain(answer);
      expect(await breaches(booking), `before request ${before}`).toEqual([]);
    }
  });

  test("control: an older refund with newer charges fails an assertion", async () => {
    const booking = await ended(running.store);
    const [before] = await refundsOf(running.store, booking);
    await spread(running.store, booking);
    const charges = await readCharges(running.store, booking.id);

    const torn = () => spreadRefund(before as Refund, charges, later);

    expect(torn).toThrow("refunds exceed captured money");
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

  test("on reads during a concurrent write is dropped once the facts agree", async () => {
    expect(await untilFresh(running.store, failing(2).once)).toEqual({ ok: true });
  });

  test("on every new read is a bug, and is thrown", async () => {
    const { once, rounds } = failing(Number.POSITIVE_INFINITY);

    await expect(untilFresh(running.store, once)).rejects.toThrow("contradiction");
    expect(rounds()).toBe(3);
  });
});
