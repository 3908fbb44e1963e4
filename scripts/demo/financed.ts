import {
  type Booking,
  bold,
  call,
  clear,
  type Due,
  type Event,
  email,
  eventsOf,
  flags,
  journalOf,
  money,
  participant,
  run,
  signIn,
  step,
} from "./stack.ts";

const months = 24;
/** The card is lost before this payment; everything is paid off after that one. */
const lostBefore = 9;
const paidOffAfter = 20;

const timeZone = "America/Denver";

type Disclosure = { apr: string; financeCharge: number; amountFinanced: number; totalOfPayments: number };
type Quote = { id: string; total: number; deposit: number; disclosure: Disclosure };
type Mail = { subject: string; text: string };

/**
 * Two years of a financed booking: collected automatically each month, recovered by a mail's link when the card is
 * lost, collected from the card saved there, and paid off early. Moves the clock of the stack.
 */
export async function financed(): Promise<void> {
  const { now } = await call<{ now: string }>("GET", "/_local/clock");
  const cohortId = await openSampleCohort(now);
  const quote = await call<Quote>("POST", "/v1/quotes", {
    body: { cohortId, placeType: "private", plan: { kind: "financed", months } },
  });
  const { apr, financeCharge, amountFinanced, totalOfPayments } = quote.disclosure;
  step(
    "A quote",
    `${money(quote.total)}: ${money(quote.deposit)} deposit, the rest in ${months} months at ${Number(apr).toFixed(2)}% APR, finance charge ${money(financeCharge)}`,
  );
  const token = () => signIn("client", email);
  const held = await call<Booking>("POST", "/v1/bookings", {
    token: await token(),
    key: `hold-${run}`,
    body: { quoteId: quote.id, participant },
  });
  const path = `/v1/bookings/${held.id}`;
  const read = async () => call<Booking>("GET", path, { token: await token() });
  const agreement = await call<{ hash: string; html: string }>("GET", `${path}/agreement`, { token: await token() });
  await call("POST", `${path}/agreement`, {
    token: await token(),
    body: { hash: agreement.hash, signature: participant.name, accepted: true, autopay: true },
  });
  step(
    "The agreement is signed, with its disclosure and the permission to collect",
    `amount financed ${money(amountFinanced)}, total of payments ${money(totalOfPayments)}`,
  );
  await payOn(path, { purpose: "deposit" });
  const card = await savedCard(held.id);
  step("The deposit is paid, and its card is saved");
  await clear(held.id);

  const { dues } = await read();
  await moveTo(dues[lostBefore - 1]);
  await sim(`/_sim/payment_methods/${card}/behavior`, { outcomes: ["lost_card"] });
  await moveTo(dues[lostBefore]);
  const failed = (await read()).dues[lostBefore];
  step(`Payment ${lostBefore} does not go through`, `${failed?.status}: ${failed?.lastFailure}`);
  await recover(failed);
  step("Its email leads to a page, on which another card is saved, and the payment is made");
  await moveTo((await read()).dues[paidOffAfter]);
  await payOff(path);
  await print(await read(), dues);
}

/** Pays everything that is left, between two due dates. */
async function payOff(path: string): Promise<void> {
  await call("POST", "/_local/clock", { body: { advance: "P12D" } });
  const { amount, interest } = await call<{ amount: number; interest: number }>("GET", `${path}/payoff`, {
    token: await signIn("client", email),
  });
  step("The payoff amount today", `${money(amount)}, of which ${money(interest)} interest for the current month`);
  await payOn(path, { purpose: "payoff" });
}

async function openSampleCohort(now: string): Promise<string> {
  const token = await signIn("admin", "admin@example.com");
  const day = (days: number) => new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10);
  const program = await call<{ id: string }>("POST", "/v1/programs", { token, body: sampleProgram });
  await call("PATCH", `/v1/programs/${program.id}`, { token, body: { status: "published" } });
  const cohort = await call<{ id: string }>("POST", "/v1/cohorts", {
    token,
    body: {
      programId: program.id,
      ...{ startsOn: day(80), endsOn: day(86), timeZone, venue: "Sample House" },
      places: [{ type: "private", count: 4 }],
    },
  });
  await call("PATCH", `/v1/cohorts/${cohort.id}`, { token, body: { status: "open" } });
  return cohort.id;
}

const sampleProgram = {
  ...{ name: "Seven-day intensive (demo)", publicLabel: "Seven-day program", summary: "Sample data", days: 7 },
  ...{ modalities: ["KAP"], currency: "usd", placeTypes: [{ type: "private", price: 1_850_000 }] },
  deposit: { kind: "amount", amount: 250_000 },
  plans: [{ kind: "financed", months, annualRate: "9.9900" }],
  ...{ lateCharge: { amount: 2_500, graceDays: 10 }, nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 } },
  cancellation: { administrationFee: 50_000, tiers: [{ daysBefore: 0, refundPercent: 0 }] },
  screening: { clearanceDeadlineDaysBefore: 14, validityDays: 90 },
  ...{ holdMinutes: 30, waitlistOfferHours: 48 },
};

const sim = (path: string, body: object) => call("POST", path, { base: flags.simulator, body });

/** Moves the clock to the evening of a due's date. */
const moveTo = (due: Due | undefined) => call("POST", "/_local/clock", { body: { to: `${due?.dueOn}T23:00:00Z` } });

/** Opens Stripe's page and pays on it. */
async function payOn(path: string, body: object): Promise<void> {
  const token = await signIn("client", email);
  const key = `${run}-${JSON.stringify(body)}`;
  await pressPay((await call<{ sessionId: string }>("POST", `${path}/checkout`, { token, key, body })).sessionId);
}

async function pressPay(sessionId: string): Promise<void> {
  await sim(`/_sim/checkout/${sessionId}/payment`, { paymentMethod: "pm_card_visa" });
  await call("POST", "/_local/quiesce");
}

/** Follows the link of the latest mail that has one, as its reader would: saves another card, and pays. */
async function recover(failed: Due | undefined): Promise<void> {
  const { items } = await call<{ items: Mail[] }>("GET", `/_local/mail?to=${encodeURIComponent(email)}`);
  const link = items.map(({ text }) => /Pay now: (\S+)/.exec(text)?.[1]).findLast((found) => found !== undefined);
  if (link === undefined || failed === undefined) throw new Error("no mail has a payment link");
  const methodPage = await (await fetch(`${link}/method`)).text();
  const permission = /action="(\?permission=\w+)"/.exec(methodPage)?.[1];
  if (permission === undefined) throw new Error("the page that saves another card shows no authorization");
  await pressPay(await pageBehind(`${link}/method${permission}`));
  await pressPay(await pageBehind(link));
  paidByLink.add(failed.id);
}

/** The dues that were paid by a mail's link. */
const paidByLink = new Set<string>();

/** Presses the button of a link's page and returns the session id of Stripe's page behind it. */
async function pageBehind(address: string): Promise<string> {
  const opened = await fetch(address, { method: "POST", redirect: "manual" });
  const session = /cs_\w+/.exec(opened.headers.get("location") ?? "")?.[0];
  if (session === undefined) throw new Error(`the payment link opened no session: it answered ${opened.status}`);
  return session;
}

async function savedCard(bookingId: string): Promise<string> {
  const response = await fetch(`${flags.simulator}/v1/payment_intents?limit=10`, {
    headers: { authorization: "Bearer sk_test_clearing_local" },
  });
  const { data } = (await response.json()) as { data: { payment_method: string; metadata: { bookingId?: string } }[] };
  const intent = data.find(({ metadata }) => metadata.bookingId === bookingId);
  if (intent === undefined) throw new Error(`Stripe has no payment of ${bookingId}`);
  return intent.payment_method;
}

/** Prints one line per payment, then the booking's ledger and its final state. */
async function print(booking: Booking, planned: Due[]): Promise<void> {
  const events = await eventsOf(booking.id);
  step("Payment by payment");
  console.log(bold(`   #  ${"due".padEnd(12)}${"amount".padStart(12)}  notices  paid`));
  for (const [number, due] of booking.dues.entries()) {
    const changed = due.amount === planned[number]?.amount ? "" : ` (was ${money(planned[number]?.amount)})`;
    console.log(
      `  ${String(number).padStart(2)}  ${due.dueOn.padEnd(12)}${money(due.amount).padStart(12)}  ${String(noticesOf(events, due)).padStart(7)}  ${howPaid(events, due)}${changed}`,
    );
  }
  const balances = new Map<string, number>();
  for (const { account, debit, credit } of (await journalOf(booking.id)).flatMap(({ postings }) => postings)) {
    balances.set(account, (balances.get(account) ?? 0) + debit - credit);
  }
  step("The ledger of this booking");
  for (const [account, balance] of balances) console.log(`  ${account.padEnd(22)}${money(balance).padStart(14)}`);
  const sum = [...balances.values()].reduce((total, balance) => total + balance, 0);
  step("In the end", `${booking.standing}; finance charge ${money(booking.financeCharge)}; the ledger's sum is ${sum}`);
  if (booking.standing !== "paid_in_full" || sum !== 0)
    throw new Error(`${booking.id} is ${booking.standing} and its ledger's sum is ${sum}, not paid_in_full and 0`);
}

const noticesOf = (events: Event[], due: Due): number =>
  events.filter(({ type, detail }) => type === "DueNotice" && detail.data.dueId === due.id).length;

/** The day on which a due was paid, in the cohort's time zone, and how. */
function howPaid(events: Event[], due: Due): string {
  const settled = events.findLast(({ type, detail }) => type === "PaymentSettled" && detail.data.dueId === due.id);
  if (settled === undefined) return "with the payoff";
  const on = new Date(settled.time).toLocaleDateString("sv-SE", { timeZone });
  return `${on}${settled.detail.data.purpose === "payoff" ? ", the payoff" : paidByLink.has(due.id) ? ", by the link in its email" : ""}`;
}
