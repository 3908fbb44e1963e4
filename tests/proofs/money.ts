import { type Answer, type Client, openCohort, participantBody } from "../harness/http.ts";
import { seeded } from "../harness/store.ts";
import { type Dump, dump, dumpOf } from "./dump.ts";
import { always, breaches, ofOneBooking, stripePostedOnce } from "./invariants.ts";

export type MoneyOptions = {
  bookings: number;
  seed: number;
  /** The number of steps between checks of everything; the booking of a step is checked after each. */
  checkEvery?: number;
  /** The share of steps in which another system is paid on the same account. */
  foreignPayments?: number;
  /** The share of webhook deliveries that are duplicated, reordered or dropped. */
  webhooks?: { duplicate: number; reorder: number; drop: number };
};

/**
 * The result of a simulation. `breaches` is empty if every invariant held after every step and to the cent at the end.
 */
export type MoneyResult = {
  seed: number;
  steps: number;
  breaches: string[];
  /** The steps in order; the last ones led to the first breach. */
  trail: string[];
  statuses: Record<string, number>;
  charges: number;
  refunds: number;
  entries: number;
  balance: number;
};

type Person = {
  email: string;
  bookingId: string | null;
  /** An intent that waits for authentication, which comes later and perhaps too late. */
  intent: string | null;
  evaluations: number;
  /** A person who only signs, pays with a good card and is cleared. Without them few bookings would be completed. */
  steady: boolean;
  gone: boolean;
};
type Pick = <Value>(weighted: [weight: number, value: Value][]) => Value;
type World = { client: Client; cohorts: string[]; pick: Pick; random: () => number; did(what: string): void };

const places = 50;
const stepsEach = 12;
const clockMoves = 26;

/**
 * Random bookings with random cards, outcomes, cancellations, declines and refunds, one step at a time, while webhook
 * deliveries are duplicated, reordered and dropped and the clock moves on. Checks the invariants of the changed booking
 * after every step, all invariants after every fourth step and after each move of the clock, and at the end, once all
 * is quiet and reconciled, that the ledger agrees with Stripe to the cent.
 */
export async function simulateMoney(client: Client, options: MoneyOptions): Promise<MoneyResult> {
  const { bookings, seed, checkEvery = 4, foreignPayments = 0.04 } = options;
  const random = seeded(seed);
  const trail: string[] = [];
  const found: string[] = [];
  const pick: Pick = (weighted) => {
    let rest = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of weighted) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return (weighted.at(-1) as (typeof weighted)[number])[1];
  };
  const world: World = { client, cohorts: [], pick, random, did: (what) => void trail.push(what) };
  for (let count = 0; count < bookings; count += places - 10) {
    world.cohorts.push((await openCohort(client, { count: places })).id);
  }
  await client.sim("POST", "/_sim/webhooks", { duplicate: 0.3, reorder: 0.3, drop: 0.1, ...options.webhooks, seed });

  const people = Array.from({ length: bookings }, (_, index): Person => {
    return {
      email: `payer-${seed}-${index}@example.com`,
      bookingId: null,
      intent: null,
      evaluations: 0,
      steady: index % 4 === 0,
      gone: false,
    };
  });
  const look = async (checks = always) => {
    await client.quiesce();
    const all = await dump(client);
    found.push(...breaches(all, checks));
    return all;
  };
  const lookAt = async ({ bookingId }: Person) => {
    await client.quiesce();
    if (bookingId !== null) found.push(...breaches(await dumpOf(client, bookingId), ofOneBooking));
  };
  const steps = bookings * stepsEach;
  let last: Dump | undefined;
  let person: Person | undefined;
  for (let step = 0; step < steps && found.length === 0; step++) {
    const present = people.slice(0, Math.ceil(((step + 1) / steps) * 1.7 * bookings)).filter(({ gone }) => !gone);
    // Usually the same person continues, so that a booking gets further than its hold.
    if (person === undefined || person.gone || random() < 0.25) person = present[Math.floor(random() * present.length)];
    const moves = random() < clockMoves / steps;
    if (moves) await moveOn(world);
    else if (random() < foreignPayments) await foreignPayment(world);
    else if (random() < 0.03) await refundAtStripe(world, last);
    else if (person !== undefined) found.push(...(await act(world, person)));
    if (moves || step % checkEvery === 0) last = await look();
    else if (person !== undefined) await lookAt(person);
  }
  if (found.length === 0) found.push(...(await finish(world, people)));
  const end = await look(found.length === 0 ? [...always, stripePostedOnce] : []);
  const statuses: Record<string, number> = {};
  for (const { status } of end.bookings) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    seed,
    steps,
    breaches: found,
    trail,
    statuses,
    charges: end.stripe.charges.length,
    refunds: end.stripe.refunds.length,
    entries: end.entries.length,
    balance: end.stripe.balance,
  };
}

/** The retreat: staff record arrivals, it ends, debits and refunds finish, and Stripe is reconciled. */
async function finish({ client, did, pick }: World, people: Person[]): Promise<string[]> {
  const found: string[] = [];
  const token = () => client.token("admin", "admin@example.com");
  const start = await latestStart(client);
  const now = await client.now();
  if (`${start}T19:00:00Z` > now) await client.must("POST", "/_local/clock", { body: { to: `${start}T19:00:00Z` } });
  did(`${await client.now()}: the retreat begins`);
  for (const { bookingId } of people) {
    if (bookingId === null) continue;
    const outcome = pick<string>([
      [8, "admitted"],
      [1, "no_show"],
      [1, "turned_away"],
      [1, "nothing"],
    ]);
    if (outcome === "nothing") continue;
    const by = outcome === "turned_away" ? await client.token("clinician", "doctor-a@example.com") : await token();
    const path = `/v1/bookings/${bookingId}/admission`;
    const answer = await client.call("POST", path, { token: by, body: { outcome }, key: crypto.randomUUID() });
    did(`${bookingId} ${outcome}: ${answer.status}`);
    // A hold that ended unpaid is removed after thirty days; its audit chain records that.
    const removed = answer.status === 404 && (await lastAction(client, bookingId)) === "remove";
    if (!removed) found.push(...unexpected(`${bookingId} ${outcome}`, answer));
  }
  for (const duration of ["P9D", "P6D", "PT20M"]) await client.advance(duration);
  return found;
}

async function lastAction(client: Client, bookingId: string): Promise<string | undefined> {
  const { items } = await client.must("GET", `/v1/audit?subject=booking%23${bookingId}&limit=100`, {
    token: await client.token("admin", "admin@example.com"),
  });
  return (items as { action: string }[]).at(-1)?.action;
}

async function latestStart(client: Client): Promise<string> {
  const { items } = await client.must("GET", "/v1/cohorts?limit=100");
  return (
    (items as { startsOn: string }[])
      .map(({ startsOn }) => startsOn)
      .sort()
      .at(-1) ?? ""
  );
}

async function moveOn({ client, pick, did }: World): Promise<void> {
  const duration = pick<string>([
    [3, "PT7M"],
    [3, "PT40M"],
    [3, "PT5H"],
    [2, "P1D"],
    [2, "P2D"],
    [1, "P4D"],
  ]);
  await client.advance(duration);
  did(`clock ${duration}: ${await client.now()}`);
}

/** Another system's payment on the same account: its events change no booking. */
async function foreignPayment({ client, did, random }: World): Promise<void> {
  const amount = 1_000 + Math.floor(random() * 90_000);
  const body = { amount: String(amount), currency: "usd", payment_method: "pm_card_visa", confirm: "true" };
  const form = { ...body, "payment_method_types[]": "card" };
  const { status } = await client.stripe("POST", "payment_intents", form);
  did(`a foreign payment of ${amount}: ${status}`);
}

/** A refund made by hand in Stripe's dashboard, on one of our charges. */
async function refundAtStripe({ client, did, random }: World, last: Dump | undefined): Promise<void> {
  const charges = last?.charges ?? [];
  const charge = charges[Math.floor(random() * charges.length)];
  if (charge === undefined) return;
  // Half of them refund all that the charge can still refund, like somebody who replaces a failed refund.
  const some = 1 + Math.floor(random() * Math.min(charge.amount, 60_000));
  const amount = random() < 0.5 && charge.refundable > 0 ? charge.refundable : some;
  const { status } = await client.stripe("POST", "refunds", { charge: charge.id, amount: String(amount) });
  did(`a refund of ${amount} at Stripe on ${charge.id} of ${charge.bookingId}: ${status}`);
}

/** The refusals that random actions can cause. Any answer other than 2xx and these is a breach. */
const refusals = new Set([
  "sold_out",
  "not_on_sale",
  "hold_expired",
  "agreement_required",
  "clearance_required",
  "invalid_transition",
  "plan_not_available",
]);

const unexpected = (what: string, { status, body }: Answer): string[] =>
  status < 300 || refusals.has(body?.code) ? [] : [`${what} was answered ${status} ${JSON.stringify(body)}`];

/** One step of one person: something that makes sense, or nearly, in their booking's status. */
async function act(world: World, person: Person): Promise<string[]> {
  const { client, did, pick } = world;
  const token = await client.token("client", person.email);
  const name = `${person.email.split("@")[0]} ${person.bookingId ?? ""}`;
  if (person.bookingId === null) return hold(world, person, token);
  const booking = await client.must("GET", `/v1/bookings/${person.bookingId}`, { token });
  const path = `/v1/bookings/${person.bookingId}`;
  const post = async (what: string, to: string, body: object, by = token): Promise<string[]> => {
    const answer = await client.call("POST", to, { token: by, body, key: crypto.randomUUID() });
    did(`${name} (${booking.status}) ${what}: ${answer.status} ${answer.body?.code ?? answer.body?.status ?? ""}`);
    return unexpected(`${name} ${what}`, answer);
  };
  const sign = () =>
    post("signs", `${path}/agreement`, {
      hash: booking.agreement.hash,
      signature: "Sample Person",
      accepted: true,
      autopay: world.random() < 0.5,
    });
  const cancel = async () => {
    const by = pick<string>([
      [2, "client"],
      [1, "admin"],
    ]);
    const who = by === "client" ? token : await client.token("admin", "admin@example.com");
    return post(`is cancelled by ${by}`, `${path}/cancellation`, { reason: "changed plans" }, who);
  };
  const evaluate = async () => {
    const kind = person.evaluations++ % 2 === 0 ? "medical" : "psychiatric";
    const outcome = pick<string>([
      [person.steady ? 1_000 : 20, "cleared"],
      [2, "cleared_with_conditions"],
      [1, "needs_information"],
      [1, "not_cleared"],
    ]);
    const doctor = await client.token(
      "clinician",
      kind === "medical" ? "doctor-a@example.com" : "doctor-b@example.com",
    );
    const to = `/v1/screenings/${person.bookingId}/evaluations`;
    return post(`evaluated ${kind} ${outcome}`, to, { kind, outcome }, doctor);
  };
  const withdraw = async () => {
    const doctor = await client.token("clinician", "doctor-a@example.com");
    return post("withdrawn", `/v1/screenings/${person.bookingId}/withdrawal`, { note: "again, please" }, doctor);
  };
  const payDeposit = () => pay(world, person, token, { purpose: "deposit" });
  const payBalance = () => {
    const due = (booking.dues as { id: string; kind: string; amount: number; paid: number }[]).find(
      ({ kind }) => kind === "balance",
    );
    if (due === undefined || due.paid === due.amount) return cancel();
    const part =
      world.random() < 0.3
        ? { amount: Math.min(due.amount - due.paid, Math.max(10_000, Math.floor((due.amount - due.paid) / 3))) }
        : {};
    return pay(world, person, token, { purpose: "due", dueId: due.id, ...part });
  };
  const payAndCancel = async () => (await Promise.all([payDeposit(), cancel()])).flat();
  const authenticateLate = () => authenticate(world, person, name);
  if (person.intent !== null && world.random() < 0.5) return authenticateLate();
  const signed = booking.agreement.signedAt !== null;
  if (person.steady) {
    person.gone = booking.balance === 0 || !["held", "awaiting_clearance", "confirmed"].includes(booking.status);
    if (person.gone) return [];
    if (booking.status === "held") return signed ? payDeposit() : sign();
    return booking.status === "confirmed" ? payBalance() : evaluate();
  }
  switch (booking.status as string) {
    case "held":
      if (!signed) return sign();
      return pick([
        [12, payDeposit],
        [2, evaluate],
        [1, cancel],
        [1, payAndCancel],
      ])();
    case "awaiting_clearance":
      return pick([
        [16, evaluate],
        [5, payBalance],
        [1, cancel],
        [1, payDeposit],
      ])();
    case "confirmed":
      person.gone = world.random() < 0.4;
      return pick([
        [10, payBalance],
        [1, cancel],
        [1, evaluate],
        [1, withdraw],
      ])();
    default:
      person.gone = person.intent === null && world.random() < 0.8;
      return pick([
        [1, payDeposit],
        [1, cancel],
        [1, evaluate],
      ])();
  }
}

async function hold({ client, did, pick, random, cohorts }: World, person: Person, token: string): Promise<string[]> {
  const cohortId = cohorts[Math.floor(random() * cohorts.length)];
  const plan = {
    kind: pick<string>([
      [1, "full"],
      [1, "deposit_and_balance"],
    ]),
  };
  const quote = await client.call("POST", "/v1/quotes", { body: { cohortId, placeType: "private", plan } });
  if (quote.status !== 201) {
    person.gone = true;
    did(`${person.email} gets no quote: ${quote.body?.code}`);
    return unexpected(`a quote for ${person.email}`, quote);
  }
  const body = { quoteId: quote.body.id, participant: participantBody(person.email) };
  const answer = await client.call("POST", "/v1/bookings", { token, body, key: crypto.randomUUID() });
  if (answer.status === 201) person.bookingId = answer.body.id;
  else person.gone = true;
  did(`${person.email} holds ${person.bookingId} on ${plan.kind}: ${answer.status}`);
  return unexpected(`a hold of ${person.email}`, answer);
}

type Purpose = { purpose: "deposit" | "due"; dueId?: string; amount?: number };

/** Opens the page and acts on it: pays with some method, is declined, authenticates or fails to, or leaves. */
async function pay(world: World, person: Person, token: string, purpose: Purpose): Promise<string[]> {
  const { client, did, pick, random } = world;
  const debit = !person.steady && random() < 0.3;
  const body = { ...purpose, ...(debit ? { method: "us_bank_account" } : random() < 0.5 ? { method: "card" } : {}) };
  const path = `/v1/bookings/${person.bookingId}/checkout`;
  const open = () => client.call("POST", path, { token, body, key: crypto.randomUUID() });
  // Sometimes twice at once, like an impatient click: one due must not get two attempts.
  const [answer, again] = await Promise.all([open(), random() < 0.2 ? open() : undefined]);
  const name = `${person.email.split("@")[0]} ${person.bookingId}`;
  if (again !== undefined && unexpected(name, again).length > 0) return unexpected(`${name} second checkout`, again);
  if (answer.status !== 200) {
    did(`${name} opens no page for ${purpose.purpose}: ${answer.body?.code}`);
    return unexpected(`${name} checkout`, answer);
  }
  const { sessionId } = answer.body;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const method = person.steady ? "pm_card_visa" : pick<string>(debit ? debits : cards);
    const path = `/_sim/checkout/${sessionId}/payment`;
    const { body: outcome } = await client.sim("POST", path, { paymentMethod: method });
    did(`${name} pays ${purpose.purpose} with ${method}: ${outcome.status ?? outcome.error?.message}`);
    if (outcome.status === "requires_action") {
      person.intent = outcome.paymentIntent;
      if (random() < 0.7) await authenticate(world, person, name);
    }
    if (outcome.status !== "declined" || random() < 0.3) break;
  }
  if (random() < 0.5) await client.call("GET", `/v1/checkout/return?session=${sessionId}`);
  return [];
}

/** Answers the bank's challenge. */
async function authenticate({ client, did, pick }: World, person: Person, name: string): Promise<string[]> {
  const result = pick<string>([
    [3, "success"],
    [1, "failure"],
  ]);
  const { body: after } = await client.sim("POST", `/_sim/payment_intents/${person.intent}/authentication`, { result });
  did(`${name} authenticates, ${result}: ${after.status ?? after.error?.message}`);
  person.intent = null;
  return [];
}

const cards: [number, string][] = [
  [8, "pm_card_visa"],
  [3, "pm_card_mastercard"],
  [2, "pm_card_chargeDeclined"],
  [2, "pm_card_chargeDeclinedInsufficientFunds"],
  [1, "pm_card_chargeDeclinedLostCard"],
  [3, "pm_card_authenticationRequired"],
  [1, "pm_card_threeDSecureRequiredChargeDeclined"],
  [4, "pm_card_refundFail"],
  [2, "pm_card_pendingRefund"],
];
const debits: [number, string][] = [
  [5, "pm_usBankAccount_success"],
  [2, "pm_usBankAccount_accountClosed"],
  [2, "pm_usBankAccount_insufficientFunds"],
];
