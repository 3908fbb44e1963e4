import type { Booking } from "@clearing/domain/booking";
import { addDays, type CalendarDate, dateIn, startOfDay } from "@clearing/domain/time";
import { timeZone } from "../harness/days.ts";
import { type Answer, type Client, openCohort, participantBody } from "../harness/http.ts";
import { seeded } from "../harness/store.ts";
import { type Dump, dump, dumpOfMoney } from "./dump.ts";
import { always, breaches, ofMoney, stripePostedOnce } from "./invariants.ts";
import {
  type Asked,
  addAsked,
  chargedOnce,
  keepsNoUnearned,
  nothingIsStuck,
  noticedOnce,
  promised,
  promisesKept,
} from "./year-checks.ts";
import { type Misfortune, spare, strike, struckSoFar } from "./year-faults.ts";
import { type Habit, habits, type Person, type Scene, unexpected } from "./year-people.ts";

export type YearOptions = Partial<Misfortune> & {
  bookings: number;
  seed: number;
  days?: number;
  /** The number of months of the plans, and of days until the retreats begin. */
  months?: { installments: number; financed: number };
  startsInDays?: number;
};

/** The result of the year. `breaches` is empty if everything held at every midnight and to the cent at the end. */
export type YearResult = {
  seed: number;
  midnights: number;
  breaches: string[];
  /** The steps in order; the last ones led to the first breach. */
  trail: string[];
  /** How often each kind of fault has struck. */
  struck: Record<string, number>;
  statuses: Record<string, number>;
  collected: number;
  failed: number;
  notices: number;
  lateCharges: number;
  charges: number;
};

const plans = ["installments", "financed", "deposit_and_balance", "full"] as const;
const program = ({ months = { installments: 5, financed: 10 } }: YearOptions) => ({
  plans: [
    { kind: "full" },
    { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
    { kind: "installments", months: months.installments },
    { kind: "financed", months: months.financed, annualRate: "9.9900" },
  ],
  collection: { retryDays: [1, 3, 5, 9], noticeDaysBefore: promised.before, moveDays: 0, moves: 0 },
  nonPayment: { noticeDays: promised.after, cancelDaysBefore: 14 },
  lateCharge: { amount: 2_500, graceDays: 10 },
  screening: { clearanceDeadlineDaysBefore: 14, validityDays: 365, declineAfterHours: 24 },
});
const placesEach = 40;
/** The maximum number of days between two checks: nothing falls due until then, but Stripe's own timers can end. */
const longestStep = 10;
/** How many people book at the same time. */
const atOnce = 4;
/** After this many midnights the audit log and all events are checked too, as at the end. */
const wholeEvery = 40;
/** A person gives up a request after this many faults in a row. */
const maxCalls = 30;

/**
 * A year of bookings on all plans. Clients and cards behave by seed, calls fail, and webhooks are duplicated, reordered
 * and dropped. The clock goes from one midnight to the next at which anything can have changed, and everything is
 * checked there. At the end the ledger equals Stripe to the cent.
 */
export async function simulateYear(client: Client, options: YearOptions): Promise<YearResult> {
  const { bookings, seed, days = 365, faults = 0.01, crashes = 0, crashing, startsInDays = 170 } = options;
  const misfortune = { faults, crashes, crashing, seed };
  const trail: string[] = [];
  const found: string[] = [];
  const scene: Scene = { client, today: "", did: (what) => void trail.push(what), ask: asking(client) };
  const cohorts: string[] = [];
  for (let count = 0; count < bookings; count += placesEach) {
    cohorts.push((await openCohort(client, { count: placesEach, inDays: startsInDays, program: program(options) })).id);
  }
  await client.sim("POST", "/_sim/webhooks", { duplicate: 0.3, reorder: 0.3, drop: 0.1, seed });
  const { begin, people } = beginner(scene, options, cohorts, found);
  let midnights = 0;
  let before: Dump | undefined;
  const asked: Asked = new Map();
  const end = addDays(dateIn(timeZone, await client.now()), days);
  for (; found.length === 0; midnights++) {
    scene.today = dateIn(timeZone, await client.now());
    await spare(client, misfortune);
    const all = await look(client, { isWhole: midnights % wholeEvery === 0, before, asked }, found);
    before = all;
    if (scene.today >= end || found.length > 0) break;
    await strike(client, misfortune, midnights);
    let acted = await begin();
    for (const person of people) {
      const booking = all.bookings.find(({ id }) => id === person.bookingId);
      if (booking !== undefined) acted = (await live(scene, person, booking, found)) || acted;
    }
    await goOn(client, acted ? addDays(scene.today, 1) : nextMidnight(all, scene.today));
  }
  await client.clearFaults();
  await client.sim("DELETE", "/_sim/webhooks");
  if (found.length === 0) for (const duration of ["P9D", "PT20M"]) await client.advance(duration);
  await client.quiesce();
  const last = await dump(client);
  if (found.length === 0)
    found.push(...breaches(last, [...always, stripePostedOnce, chargedOnceFor(asked), noticedOnce, keepsNoUnearned]));
  return { seed, midnights, breaches: found, trail, struck: await struckSoFar(client), ...summaryOf(last) };
}

type Look = { isWhole: boolean; before: Dump | undefined; asked: Asked };

const chargedOnceFor = (asked: Asked) => (all: Dump) => chargedOnce(all, asked);

/**
 * Checks all stored data at a midnight. The tables are read one after another, so a breach counts only if a second look
 * confirms it.
 */
async function look(client: Client, { isWhole, before, asked }: Look, found: string[]): Promise<Dump> {
  const seen = async () => {
    await client.quiesce();
    const all = await (isWhole ? dump : dumpOfMoney)(client);
    addAsked(asked, all);
    const checks = [chargedOnceFor(asked), nothingIsStuck, noticedOnce, keepsNoUnearned];
    const wrong = breaches(all, [...(isWhole ? always : ofMoney), ...checks]);
    if (before !== undefined) wrong.push(...promisesKept(before, all), ...posted(before, all));
    return { all, wrong };
  };
  const first = await seen();
  if (first.wrong.length === 0) return first.all;
  const second = await seen();
  const counted = isSame(first.all, second.all) ? first : second;
  found.push(...counted.wrong);
  return counted.all;
}

const isSame = (one: Dump, other: Dump): boolean => written(one) === written(other);
const written = ({ bookings, attempts, entries }: Dump): string =>
  JSON.stringify([...bookings, ...attempts].map(({ id, version }) => `${id} ${version}`).toSorted()) + entries.length;

/** Lets some people book on each of the first days, with habits and plans in turn. Returns whether anybody did. */
function beginner(scene: Scene, options: YearOptions, cohorts: string[], found: string[]) {
  const { bookings, seed } = options;
  const people: Person[] = [];
  const daily = Math.ceil(bookings / Math.ceil(bookings / 25));
  let begun = 0;
  const one = async (index: number) => {
    const habit = habits[index % habits.length] as Habit;
    const cohortId = cohorts[Math.floor(index / placesEach)] as string;
    const plan = plans[(index + Math.floor(index / habits.length)) % plans.length] as string;
    const person = await book(scene, { index, seed, habit, cohortId, plan }, found);
    if (person !== null) people.push(person);
  };
  const begin = async (): Promise<boolean> => {
    const last = Math.min(bookings, begun + daily);
    const anybody = begun < last;
    while (begun < last) {
      const first = begun;
      begun = Math.min(last, first + atOnce);
      await Promise.all(Array.from({ length: begun - first }, (_, index) => one(first + index)));
    }
    return anybody;
  };
  return { begin, people };
}

/** Repeats a request under one key until no fault strikes it. */
function asking(client: Client): Scene["ask"] {
  return async (method, path, call) => {
    const key = crypto.randomUUID();
    for (let calls = 1; ; calls++) {
      const answer: Answer = await client.call(method, path, method === "POST" ? { ...call, key } : call);
      const code = answer.body?.code;
      const again =
        answer.status >= 500 || ["conflict", "idempotency_in_progress", "payment_provider_unavailable"].includes(code);
      if (!again || calls === maxCalls) return answer;
      await client.advance("PT5S");
    }
  };
}

type Beginning = { index: number; seed: number; habit: Habit; cohortId: string; plan: string };

/** Holds, signs, pays the deposit with the habit's method, and is evaluated; null if no booking came of it. */
async function book(scene: Scene, at: Beginning, found: string[]): Promise<Person | null> {
  const { client, did } = scene;
  const { habit, cohortId } = at;
  const random = seeded(at.seed * 10_000 + at.index);
  const email = `year-${at.seed}-${at.index}@example.com`;
  const token = await client.token("client", email);
  const must = async (
    what: string,
    method: string,
    path: string,
    body?: object,
    by = token,
  ): Promise<Answer["body"]> => {
    const answer = await scene.ask(method, path, { token: by, ...(body && { body }) });
    found.push(...unexpected(`${email} ${what}`, answer));
    return answer.body;
  };
  const plan = { kind: at.plan };
  const quote = await must("asks for a quote", "POST", "/v1/quotes", { cohortId, placeType: "private", plan });
  const held = await must("holds", "POST", "/v1/bookings", { quoteId: quote.id, participant: participantBody(email) });
  if (found.length > 0) return null;
  const path = `/v1/bookings/${held.id}`;
  const { hash } = await must("reads", "GET", `${path}/agreement`);
  const signed = { hash, signature: "Sample Person", accepted: true, autopay: habit.autopay };
  await must("signs", "POST", `${path}/agreement`, signed);
  const page = await must("opens", "POST", `${path}/checkout`, { purpose: "deposit", method: habit.method });
  const paymentMethod = habit.method === "card" ? "pm_card_visa" : "pm_usBankAccount_success";
  await client.sim("POST", `/_sim/checkout/${page.sessionId}/payment`, { paymentMethod });
  await client.quiesce();
  for (const kind of ["medical", "psychiatric"]) {
    const by = await client.token("clinician", `${kind}@example.com`);
    await must(`is evaluated`, "POST", `/v1/screenings/${held.id}/evaluations`, { kind, outcome: "cleared" }, by);
  }
  did(`${scene.today}: ${email} (${habit.name}) books ${held.id} on ${at.plan}`);
  const cancelsOn = addDays(scene.today, 40 + Math.floor(random() * 80));
  return { email, habit, random, bookingId: held.id, behaving: null, cancelsOn, cancelled: false };
}

/** A person's day: the retreat, a card that changes its behavior, or an action. */
async function live(scene: Scene, person: Person, booking: Booking, found: string[]): Promise<boolean> {
  const { client, today } = scene;
  const { startsOn, endsOn } = booking.terms;
  if (booking.status === "confirmed" && booking.admission === null && today >= startsOn && today <= endsOn) {
    const token = await client.token("admin", "admin@example.com");
    const body = { outcome: "admitted" };
    const answer = await scene.ask("POST", `/v1/bookings/${booking.id}/admission`, { token, body });
    scene.did(`${today}: ${booking.id} is admitted: ${answer.status}`);
    found.push(...unexpected(`${booking.id} is admitted`, answer));
    return true;
  }
  const { savedMethod } = booking;
  if (savedMethod && person.behaving === null) {
    person.behaving = savedMethod.id;
    const outcomes = person.habit.outcomes?.(person.random);
    if (outcomes) await client.sim("POST", `/_sim/payment_methods/${savedMethod.id}/behavior`, { outcomes });
  }
  if (!["awaiting_clearance", "confirmed", "completed"].includes(booking.status)) return false;
  for (const act of person.habit.acts) {
    const wrong = await act(scene, person, booking);
    if (wrong === null) continue;
    found.push(...wrong);
    return true;
  }
  return false;
}

/** Everything that Stripe had moved by the midnight before is posted by now, once. */
const posted = (before: Dump, after: Dump): string[] =>
  stripePostedOnce({ ...after, stripe: before.stripe }).filter((breach) => breach.includes(" is posted as "));

/** The next midnight after anything falls due or a retreat begins; no midnight before that is checked. */
function nextMidnight({ bookings, attempts, refunds, clearances }: Dump, today: CalendarDate): CalendarDate {
  const due = [...bookings, ...attempts, ...refunds, ...clearances]
    .flatMap(({ dueAt }) => dueAt ?? [])
    .map((at) => addDays(dateIn(timeZone, at), 1));
  const starts = bookings.map(({ terms }) => terms.startsOn).filter((date) => date > today);
  const [next = today] = [addDays(today, longestStep), ...due, ...starts].toSorted();
  return next > today ? next : addDays(today, 1);
}

const goOn = (client: Client, date: CalendarDate): Promise<unknown> =>
  client.must("POST", "/_local/clock", { body: { to: startOfDay(date, timeZone) } });

function summaryOf({ bookings, attempts, events, stripe }: Dump) {
  const statuses: Record<string, number> = {};
  for (const { status } of bookings) statuses[status] = (statuses[status] ?? 0) + 1;
  const tries = attempts.filter(({ via }) => via === "off_session");
  return {
    statuses,
    collected: tries.filter(({ status }) => status === "succeeded").length,
    failed: tries.filter(({ status }) => status === "failed").length,
    notices: events.filter(({ type }) => type === "DueNotice").length,
    lateCharges: bookings.flatMap(({ dues }) => dues).filter(({ kind }) => kind === "late_charge").length,
    charges: stripe.charges.length,
  };
}
