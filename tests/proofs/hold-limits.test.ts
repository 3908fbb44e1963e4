import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { signAgreement } from "@clearing/commands/agreement";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { openCheckout } from "@clearing/commands/checkout";
import { endEarly } from "@clearing/commands/end-early";
import { lapseHold } from "@clearing/commands/sweep";
import { type Booking, defaultHoldLimits, type PaymentOutcome } from "@clearing/domain/booking";
import type { Cohort } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, instantOf, plusDays, plusHours, plusMinutes } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import { readBooking } from "@clearing/store/booking";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, holdSample, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { openSession } from "../harness/session.ts";
import { ids, seeded, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

type Buyer = Booking["owner"];
type Sale = { program: Program; cohort: Cohort };
const somebody = (): Buyer => {
  const sub = ids.next("sub");
  return { sub, email: `${sub}@example.com` };
};

async function sale(places = 8): Promise<Sale> {
  const program = sampleProgram();
  return { program, cohort: await openCohort(running.store, program, { places, now }) };
}

/** One more hold of a buyer, each for another participant. */
async function hold(buyer: Buyer, { program, cohort }: Sale, at = now, store: Store = running.store) {
  const offer = await sampleQuote(running.store, program, cohort, at);
  const account = { sub: buyer.sub, limits: defaultHoldLimits };
  return holdSample(store, offer, `${ids.next("guest")}@example.com`, at, buyer, account);
}

async function held(...request: Parameters<typeof hold>): Promise<Booking> {
  const result = await hold(...request);
  if (!result.ok) throw new Error(`the place was not held: ${result.reason}`);
  return result.booking;
}

/** The result of one more hold of the buyer: `held`, or the limit that is reached and until when. */
async function answered(...request: Parameters<typeof hold>) {
  const result = await hold(...request);
  if (result.ok) return "held";
  return result.reason === "limit_exceeded" ? { limit: result.limit, until: result.until } : result.reason;
}

/** Opens Stripe's page for the deposit. */
async function page({ id, owner, agreement: { hash } }: Booking, at = now) {
  const signature = { hash, signature: "Sample", sourceIp: "", userAgent: "", signedBy: "sample", autopay: false };
  await signAgreement(running.store, id, signature, { actor, action: "sign", now: at }, () => null);
  const gateway: Partial<Gateway> = {
    createCustomer: async () => ({ ok: true, value: { customerId: "cus_1" } }),
    createCheckoutSession: async (session) => ({ ok: true, value: openSession(session, at) }),
  };
  const site = { stage: "test", publicUrl: "https://example.org" };
  const context = { store: running.store, gateway: gateway as Gateway, ids, clock: { now: () => at }, site };
  const payer = { mayPay: () => true, email: owner.email, answer: () => null };
  const opened = await openCheckout(context, { bookingId: id, purpose: "deposit" }, actor, payer);
  if (!opened.ok) throw new Error("the session was not opened");
  return opened.attempt;
}

/** Stripe reports an outcome of the deposit's payment. */
async function settled(booking: Booking, attemptId: string, outcome: PaymentOutcome, at = now) {
  const ref = { bookingId: booking.id, attemptId, refundId: ids.next("ref") };
  const result = await settleAttempt(running.store, ref, outcome, { actor, action: "settle", now: at });
  if (!result.ok) throw new Error(`the payment was not settled: ${result.reason}`);
}

const paid = (): PaymentOutcome => ({
  kind: "succeeded",
  paymentIntentId: ids.next("pi"),
  chargeId: ids.next("ch"),
  amount: 250_000,
  currency: "usd",
  paidAt: now,
  paidWith: card,
  booked: null,
});

const lapse = ({ id }: Booking, at: Instant) => lapseHold(running.store, id, { actor, action: "lapse", now: at });
const cancel = ({ id }: Booking, by: "client" | "operator" = "client", at = now, store = running.store) =>
  endEarly(store, { bookingId: id, by, refundId: ids.next("ref") }, { actor, action: "cancel", now: at });

/** This many holds of one cohort that ended unpaid, one after another. */
async function endUnpaid(buyer: Buyer, of: Sale, count: number, at = now): Promise<void> {
  for (let ended = 0; ended < count; ended++) await cancel(await held(buyer, of, at), "client", at);
}

describe("an account's live unpaid holds", () => {
  test("60 concurrent requests for 60 places hold two, and every other gets limit_exceeded", async () => {
    const [buyer, of] = [somebody(), await sale(60)];

    // The clock stands still, so that a slow machine does not end the hold's five seconds.
    const store = { ...running.store, clock: { now: () => now } };
    const answers = await Promise.all(Array.from({ length: 60 }, () => answered(buyer, of, now, store)));

    expect(answers.filter((answer) => answer === "held")).toHaveLength(2);
    const limit = { limit: "live", until: plusMinutes(now, 30) };
    expect(answers.filter((answer) => answer !== "held")).toEqual(Array(58).fill(limit));
  });

  test("control: without the slot's condition the same requests hold more", async () => {
    const careless = intercepted((command, send) => {
      if (command instanceof TransactWriteCommand) {
        for (const { Update } of command.input.TransactItems ?? []) {
          if (Update && isOfAccount(Update.Key)) Update.ConditionExpression = ":now = :now";
        }
      }
      return send();
    });
    const [buyer, of] = [somebody(), await sale(60)];

    const answers = await Promise.all(Array.from({ length: 60 }, () => answered(buyer, of, now, careless)));

    expect(answers.filter((answer) => answer === "held").length).toBeGreaterThan(2);
  });

  test("count over all cohorts, and not against other accounts", async () => {
    const [buyer, first, second] = [somebody(), await sale(), await sale()];
    await held(buyer, first);
    await held(buyer, second);

    expect(await answered(buyer, await sale())).toEqual({ limit: "live", until: plusMinutes(now, 30) });
    expect(await answered(somebody(), first)).toBe("held");
  });

  test("leave room again once one is paid or has lapsed", async () => {
    const [buyer, of] = [somebody(), await sale()];
    const [first] = [await held(buyer, of), await held(buyer, await sale())];
    await settled(first, (await page(first)).id, paid());

    expect(await answered(buyer, of)).toBe("held");
    expect(await answered(buyer, of)).toMatchObject({ limit: "live" });
    expect(await answered(buyer, await sale(), plusMinutes(now, 30))).toBe("held");
  });

  test("count as long as an open page keeps the place, and no longer", async () => {
    const [buyer, of] = [somebody(), await sale()];
    const first = await held(buyer, of);
    await page(first, plusMinutes(now, 10));
    await held(buyer, of, plusMinutes(now, 25));

    expect(await answered(buyer, of, plusMinutes(now, 45))).toEqual({ limit: "live", until: plusMinutes(now, 46) });
    expect(await answered(buyer, of, plusMinutes(now, 46))).toBe("held");
  });

  test("count even if Stripe refuses the page: no payment is under way", async () => {
    const [buyer, of] = [somebody(), await sale()];
    const first = await held(buyer, of);
    await held(buyer, of);
    await settled(first, (await page(first)).id, { kind: "refused", code: "email_invalid" });

    expect(await answered(buyer, of)).toEqual({ limit: "live", until: plusMinutes(now, 30) });
  });

  test("do not count one whose bank debit is processing or has failed", async () => {
    const [buyer, of] = [somebody(), await sale()];
    const first = await held(buyer, of);
    const { id } = await page(first);
    await settled(first, id, { kind: "processing", paymentIntentId: "pi_1" });
    await held(buyer, of);
    expect(await answered(buyer, of)).toBe("held");

    const back = plusDays(now, 4);
    await settled(first, id, { kind: "failed", paymentIntentId: "pi_1", code: "insufficient_funds" }, back);
    const other = await sale();
    await page(first, back);
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await answered(buyer, other, back));
    expect(answers).toEqual(["held", "held", { limit: "live", until: plusMinutes(back, 30) }]);
  });

  test("are checked last: sold_out comes first", async () => {
    const [buyer, of] = [somebody(), await sale(2)];
    await held(buyer, of);
    await held(buyer, of);

    expect(await answered(buyer, of)).toBe("sold_out");
  });
});

test("a sold-out cohort answers from one read without a write, even if a hold of the account has lapsed unnoticed", async () => {
  const [buyer, elsewhere, full] = [somebody(), await sale(), await sale(1)];
  const later = plusMinutes(now, 31);
  await held(buyer, elsewhere);
  await held(somebody(), full, later);
  const offer = await sampleQuote(running.store, full.program, full.cohort, later);
  const commands: string[] = [];
  const watched = intercepted((command, send) => {
    commands.push(command.constructor.name);
    return send();
  });

  const refused = await holdSample(watched, offer, buyer.email, later, buyer);

  expect(refused).toEqual({ ok: false, reason: "sold_out" });
  expect(commands).toEqual(["QueryCommand"]);
});

test.each([
  ["quick", 10, 60],
  ["slow", 1_500, 4],
])(
  "a hold that meets other writers each time is given up after five seconds, where DynamoDB is %s",
  async (_, takes, most) => {
    const of = await sale();
    const offer = await sampleQuote(running.store, of.program, of.cohort, now);
    const time = { at: Date.parse(now), tries: 0 };
    const met = new TransactionCanceledException({
      message: "met",
      $metadata: {},
      CancellationReasons: [{ Code: "TransactionConflict" }],
    });
    const store: Store = {
      ...intercepted(async (command, send) => {
        if (!(command instanceof TransactWriteCommand)) return send();
        time.at += takes;
        time.tries++;
        throw met;
      }),
      clock: { now: () => instantOf(time.at) },
      // A separate generator: otherwise the number of pauses within the time would depend on earlier tests.
      random: seeded(1),
      sleep: async (ms) => {
        time.at += ms;
      },
    };

    expect(await holdSample(store, offer, "met@example.com", now)).toEqual({ ok: false, reason: "conflict" });

    expect(time.at - Date.parse(now)).toBeLessThan(5_000 + 1_500 + 400);
    expect(time.tries).toBeGreaterThan(2);
    expect(time.tries).toBeLessThanOrEqual(most);
  },
);

describe("a hold of the account that has lapsed unnoticed", () => {
  const later = plusMinutes(now, 31);

  test("is not ended by a refusal, which writes nothing", async () => {
    const [buyer, of, full] = [somebody(), await sale(), await sale(1)];
    await endUnpaid(buyer, of, 1);
    await held(buyer, of);
    await held(buyer, of);
    await held(somebody(), full, later);
    const commands: string[] = [];
    const watched = intercepted((command, send) => {
      commands.push(command.constructor.name);
      return send();
    });

    expect(await answered(buyer, full, later, watched)).toBe("sold_out");
    expect(await answered(buyer, of, later, watched)).toMatchObject({ limit: "unpaid" });

    expect(commands.filter((name) => !/^(Query|Get|BatchGet)Command$/.test(name))).toEqual([]);
  });

  test("is ended by the next hold that needs its slot, so that it still counts", async () => {
    const [buyer, of] = [somebody(), await sale()];
    const lapsed = [await held(buyer, of), await held(buyer, of)];

    expect(await answered(buyer, of, later)).toBe("held");

    const statuses = await Promise.all(lapsed.map(async ({ id }) => (await readBooking(running.store, id))?.status));
    expect(statuses.toSorted()).toEqual(["expired", "held"]);
    await endUnpaid(buyer, of, 1, later);
    expect(await answered(buyer, of, later)).toMatchObject({ limit: "unpaid" });
  });

  test("does not affect the next hold if it cannot be ended, and is left to the sweep", async () => {
    const [buyer, of] = [somebody(), await sale()];
    const lapsed = [await held(buyer, of), await held(buyer, of)];
    const offer = await sampleQuote(running.store, of.program, of.cohort, later);
    const failure = new Error("the table cannot be reached");
    let commits = 0;
    const failing = intercepted((command, send) => {
      if (command instanceof TransactWriteCommand && ++commits > 1) throw failure;
      return send();
    });
    const notEnded: [string, unknown][] = [];
    const account = { sub: buyer.sub, limits: defaultHoldLimits };

    const next = await holdSample(failing, offer, "next@example.com", later, buyer, account, null, (...told) =>
      notEnded.push(told),
    );

    expect(next).toMatchObject({ ok: true, booking: { status: "held" } });
    const [[overtaken, why] = []] = notEnded;
    expect(notEnded).toHaveLength(1);
    expect(why).toBe(failure);
    expect(lapsed.map(({ id }) => id)).toContain(overtaken);
    const left = await readBooking(running.store, String(overtaken));
    expect(left).toMatchObject({ status: "held", dueAt: plusMinutes(now, 30) });
  });
});

describe("holds of one account and cohort that ended unpaid", () => {
  test("three within a day leave none for a day in that cohort, counted from the last", async () => {
    const [buyer, of] = [somebody(), await sale()];
    await endUnpaid(buyer, of, 2);
    await endUnpaid(buyer, of, 1, plusHours(now, 23));

    const until = plusHours(now, 47);
    expect(await answered(buyer, of, plusHours(now, 23))).toEqual({ limit: "unpaid", until });
    expect(await answered(buyer, await sale(), plusHours(now, 23))).toBe("held");
    expect(await answered(somebody(), of, plusHours(now, 23))).toBe("held");
    expect(await answered(buyer, of, until)).toBe("held");
  });

  test("that are further apart leave room", async () => {
    const [buyer, of] = [somebody(), await sale()];
    await endUnpaid(buyer, of, 2);
    await endUnpaid(buyer, of, 1, plusHours(now, 24));

    expect(await answered(buyer, of, plusHours(now, 24))).toBe("held");
  });

  test("count from their expiry if they lapse, however late that is noticed", async () => {
    const [buyer, of] = [somebody(), await sale()];
    await endUnpaid(buyer, of, 1);
    const lapsed = [await held(buyer, of), await held(buyer, of)];
    for (const one of lapsed) await lapse(one, plusHours(now, 5));

    const until = plusMinutes(plusDays(now, 1), 30);
    expect(await answered(buyer, of, plusHours(now, 6))).toEqual({ limit: "unpaid", until });
  });

  test("count even before a sweep has ended them", async () => {
    const [buyer, of] = [somebody(), await sale()];
    await endUnpaid(buyer, of, 1);
    await held(buyer, of);
    await held(buyer, of);

    const until = plusMinutes(plusDays(now, 1), 30);
    expect(await answered(buyer, of, plusMinutes(now, 31))).toEqual({ limit: "unpaid", until });
  });

  test("both count if two end at once and one read what the other changes", async () => {
    const [buyer, of] = [somebody(), await sale()];
    await endUnpaid(buyer, of, 1);
    const [first, second] = [await held(buyer, of), await held(buyer, of)];
    let meanwhile: (() => Promise<unknown>) | undefined = () => cancel(second);
    const between = intercepted(async (command, send) => {
      const answer = await send();
      const interrupt = command instanceof GetCommand && isOfAccount(command.input.Key) ? meanwhile : undefined;
      if (interrupt !== undefined) meanwhile = undefined;
      await interrupt?.();
      return answer;
    });

    await cancel(first, "client", now, between);

    expect(meanwhile).toBeUndefined();

    expect(await answered(buyer, of)).toMatchObject({ limit: "unpaid" });
  });

  test("do not count one whose lapse is first noticed when late money comes", async () => {
    const [buyer, of] = [somebody(), await sale(1)];
    await endUnpaid(buyer, of, 2);
    const late = await held(buyer, of);
    const { id } = await page(late);
    const lapsed = plusMinutes(now, 37);
    const other = await held(somebody(), of, lapsed);

    await settled(late, id, paid(), lapsed);

    expect(await readBooking(running.store, late.id)).toMatchObject({ status: "expired", refunded: 250_000 });
    await cancel(other, "operator", lapsed);
    expect(await answered(buyer, of, lapsed)).toBe("held");
  });

  test("do not count those cancelled by the operator or with a bank debit under way", async () => {
    const [buyer, of] = [somebody(), await sale()];
    await endUnpaid(buyer, of, 2);
    await cancel(await held(buyer, of), "operator");
    const waiting = await held(buyer, of);
    await settled(waiting, (await page(waiting)).id, { kind: "processing", paymentIntentId: "pi_1" });
    await cancel(waiting);

    expect(await answered(buyer, of)).toBe("held");
  });
});

type Send = Store["client"]["send"];
const isOfAccount = (key: Record<string, unknown> | undefined): boolean => String(key?.pk).startsWith("ACCOUNT#");

/** The same store with `between` around each command to DynamoDB. */
function intercepted(between: (command: object, send: () => Promise<unknown>) => Promise<unknown>): Store {
  const { client } = running.store;
  const send = ((command: Parameters<Send>[0]) => between(command, () => client.send(command))) as Send;
  return { ...running.store, client: Object.assign(Object.create(client), { send }) };
}
