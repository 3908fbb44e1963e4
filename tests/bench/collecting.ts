import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { workOnBooking } from "@clearing/commands/deadlines";
import { workOnAttempt } from "@clearing/commands/payment-deadlines";
import type { Services } from "@clearing/commands/services";
import { collectionAt, type SavedMethod } from "@clearing/domain/booking";
import { type Instant, startOfDay } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import { stripeGateway } from "@clearing/payments/stripe-gateway";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import type { Store } from "@clearing/store/store";
import { type Served, serveSimulator } from "../../packages/stripe-simulator/src/index.ts";
import { intercepted } from "../harness/intercepted.ts";
import { confirmed, now, occasionAt } from "../harness/journey.ts";
import { ids, seeded, startTestStore } from "../harness/store.ts";
import { type Figure, inParallel, median, perSecond, rate } from "./measure.ts";

const secretKey = "sk_test_bench";
const rounds = 9;
const dues = 25;
const atATime = 10;

/** The transactions and the call to Stripe that collected one due. */
type Sent = { transactions: TransactWriteCommandInput[]; call: () => Promise<unknown> };
type Collected = { collect: () => Promise<void>; sent: Sent };

/** Dues collected per second, from the deadline to the settlement, compared with the same writes and call alone. */
export async function collectingFigures(): Promise<Figure[]> {
  const { store, stop } = await startTestStore(5);
  let time = Date.parse(now);
  const simulator = await serveSimulator({ secretKey, now: () => time });
  try {
    const ratios: number[] = [];
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const due: Collected[] = [];
      for (let index = 0; index < dues; index++) {
        const one = await owing(store, simulator);
        time = Math.max(time, Date.parse(one.at));
        due.push(one);
      }
      const made = await inParallel(due, atATime, ({ collect }) => collect());
      const bare = await inParallel(due, atATime, ({ sent }) => again(store, sent));
      rates.push(perSecond(dues, made.seconds));
      ratios.push(bare.seconds / made.seconds);
    }
    return [
      { what: `dues collected, ${atATime} at a time`, value: rate(median(rates)) },
      {
        what: "dues collected, against their two transactions and one call made bare",
        value: median(ratios).toFixed(2),
        bound: { least: 0.5, ratio: median(ratios) },
      },
    ];
  } finally {
    await simulator.close();
    await stop();
  }
}

/** A confirmed booking whose balance falls due now and is collected from its client's saved card. */
async function owing(store: Store, simulator: Served): Promise<Collected & { at: Instant }> {
  const { id } = await confirmed(store);
  const before = await readBooking(store, id);
  const due = before?.dues[1];
  if (before === null || due === undefined) throw new Error(`${id} has no balance`);
  const { timeZone } = before.terms;
  const savedMethod: SavedMethod = {
    ...(await savedCard(simulator)),
    ...{ type: "card", fingerprint: `fp_${id}`, last4: "4242", expiresOn: "2036-12-31" },
    ...{ mandateId: null, savedAt: now, unusable: null },
  };
  const booking = { ...before, version: before.version + 1, autopay: true, savedMethod };
  await commit(store, bookingWrites(store, before, { booking, events: [], journal: [] }, occasionAt(now)));
  // The steps before the collection are done: the due is billed, and the notices are sent.
  const billed = await workOnBooking(partsAt(store, startOfDay(due.dueOn, timeZone)), id);
  if (!billed.ok) throw new Error(billed.reason);
  const at = collectionAt(due.dueOn, timeZone);
  return { at, ...collecting(store, simulator, id, at) };
}

const partsAt = (store: Store, at: Instant) => ({ store, ids, clock: { now: () => at } });

function collecting(store: Store, { url }: Served, id: string, at: Instant): Collected {
  const sent: Sent = { transactions: [], call: async () => {} };
  let attemptId = "";
  const stripe = stripeGateway({ secretKey, apiBase: url, random: seeded(1) });
  const gateway: Gateway = {
    ...stripe,
    createPaymentIntent(asked, key) {
      sent.call = () => stripe.createPaymentIntent(asked, ids.next("att"));
      return stripe.createPaymentIntent(asked, key);
    },
  };
  const parts = partsAt(
    intercepted(store, (command, send) => {
      if (command instanceof TransactWriteCommand) sent.transactions.push(command.input);
      return send();
    }),
    at,
  );
  const noted = {
    next(prefix: string) {
      const next = ids.next(prefix);
      if (prefix === "att") attemptId = next;
      return next;
    },
  };
  const services: Services = {
    ...parts,
    ids: noted,
    gateway,
    site: { stage: "bench", publicUrl: "https://example.org" },
  };
  return {
    sent,
    async collect() {
      const begun = await workOnBooking(services, id);
      const made = begun.ok ? await workOnAttempt(services, id, attemptId) : begun;
      if (!made.ok) throw new Error(`${id}: ${made.reason}`);
    },
  };
}

/** Sends the same items and the same call again, without conditions and under another key. */
async function again(store: Store, { transactions: [begun, settled, ...more], call }: Sent): Promise<void> {
  // The second transaction settles the try.
  if (begun === undefined || settled === undefined || more.length > 0)
    throw new Error("the collection did not send two transactions");
  await store.client.send(new TransactWriteCommand(bareOf(begun)));
  await call();
  await store.client.send(new TransactWriteCommand(bareOf(settled)));
}

const bareOf = ({ TransactItems = [] }: TransactWriteCommandInput): TransactWriteCommandInput => ({
  TransactItems: TransactItems.map(({ Put }) => {
    if (Put === undefined) throw new Error("the transaction has a write that is not a put");
    return { Put: { TableName: Put.TableName, Item: Put.Item } };
  }),
});

/** A customer with a card at Stripe. */
async function savedCard({ url }: Served): Promise<{ id: string; customerId: string }> {
  const post = async (path: string, form: Record<string, string>) => {
    const headers = { authorization: `Bearer ${secretKey}`, "content-type": "application/x-www-form-urlencoded" };
    const answer = await fetch(`${url}/v1/${path}`, { method: "POST", headers, body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { id: string; payment_method?: string };
  };
  const { id: customer } = await post("customers", { email: "bench@example.com" });
  const intent = await post("setup_intents", { customer, payment_method: "pm_card_visa", confirm: "true" });
  return { id: intent.payment_method ?? "", customerId: customer };
}
