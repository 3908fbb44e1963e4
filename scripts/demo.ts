import { parseArgs, styleText } from "node:util";

/**
 * `npm run demo`: one booking from quote to confirmed against the running stack, each step, event and journal entry
 * printed as it comes.
 */
const { values: flags } = parseArgs({
  options: {
    api: { type: "string", default: `http://127.0.0.1:${process.env.PORT ?? 8787}` },
    simulator: { type: "string", default: `http://127.0.0.1:${process.env.STRIPE_SIMULATOR_PORT ?? 8790}` },
  },
});

type Json = Record<string, unknown>;
type Call = { token?: string; body?: object; key?: string; base?: string };

async function call<Answer = Json>(
  method: string,
  path: string,
  { token, body, key, base }: Call = {},
): Promise<Answer> {
  const address = base ?? flags.api;
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`nothing answers at ${address}: start the stack, or name it by PORT and STRIPE_SIMULATOR_PORT`);
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

const run = Date.now().toString(36);
const email = `demo-${run}@example.com`;
const signIn = async (role: string, address: string): Promise<string> =>
  (await call<{ token: string }>("POST", "/_local/token", { body: { role, email: address } })).token;

/** Bold on a terminal, plain text in a file or a pipe. */
const bold = (text: string) => styleText("bold", text, { stream: process.stdout });
const step = (title: string, detail = "") => console.log(`\n${bold(title)}${detail && `\n  ${detail}`}`);
const money = (amount: unknown) => `$${(Number(amount) / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;

const beginAgain = "`npm start -- --fresh` begins again with the sample data";

type Booking = { id: string; status: string; dues: { kind: string; amount: number; dueOn: string }[] };
type Cohort = { id: string; startsOn: string; places: { type: string; price: number; available: number }[] };

async function demo(): Promise<void> {
  const client = await signIn("client", email);

  const { items } = await call<{ items: Cohort[] }>("GET", "/v1/cohorts?status=open");
  const cohort = items.find(({ places }) => places.some(({ available }) => available > 0));
  const place = cohort?.places.find(({ available }) => available > 0);
  if (items.length === 0) throw new Error(`there is no open cohort: ${beginAgain}, or open one`);
  if (cohort === undefined || place === undefined) {
    throw new Error(`no cohort has a place for sale, since all are taken or the sale has ended: ${beginAgain}`);
  }
  step("A cohort with a free place", `${cohort.id}, from ${cohort.startsOn}: ${place.available} ${place.type} left`);

  const quote = await call<{ id: string; total: number; deposit: number }>("POST", "/v1/quotes", {
    body: { cohortId: cohort.id, placeType: place.type, plan: { kind: "deposit_and_balance" } },
  });
  step("A quote", `${quote.id}: ${money(quote.total)}, of which ${money(quote.deposit)} deposit`);

  const participant = { name: "Sample Person", email, phone: "+1 555 0100", dateOfBirth: "1985-05-17" };
  const held = await call<Booking & { holdExpiresAt: string }>("POST", "/v1/bookings", {
    token: client,
    key: `hold-${run}`,
    body: { quoteId: quote.id, participant },
  });
  const path = `/v1/bookings/${held.id}`;
  step("A place is held", `${held.id}: ${held.status} until ${held.holdExpiresAt}`);

  const agreement = await call<{ version: number; hash: string }>("GET", `${path}/agreement`, { token: client });
  await call("POST", `${path}/agreement`, {
    token: client,
    body: { hash: agreement.hash, signature: participant.name, accepted: true },
  });
  step("The agreement is signed", `version ${agreement.version}, sha-256 ${agreement.hash.slice(0, 16)}...`);

  const checkout = await call<{ url: string; sessionId: string }>("POST", `${path}/checkout`, {
    token: client,
    key: `deposit-${run}`,
    body: { purpose: "deposit" },
  });
  step("Stripe's page for the deposit", checkout.url);
  const paid = await call("POST", `/_sim/checkout/${checkout.sessionId}/payment`, {
    base: flags.simulator,
    body: { paymentMethod: "pm_card_visa" },
  });
  await call("POST", "/_local/quiesce");
  const awaiting = await call<Booking>("GET", path, { token: client });
  step("The deposit is paid", `payment ${paid.status}; the booking is ${awaiting.status}`);

  for (const kind of ["medical", "psychiatric"]) {
    const clinician = await signIn("clinician", `${kind}@example.com`);
    await call("POST", `/v1/screenings/${held.id}/evaluations`, {
      token: clinician,
      body: { kind, outcome: "cleared" },
    });
    step(`The ${kind} evaluation clears`);
  }
  await call("POST", "/_local/quiesce");
  const confirmed = await call<Booking>("GET", path, { token: client });
  step("The booking", `${confirmed.id} is ${confirmed.status}`);
  for (const { kind, amount, dueOn } of confirmed.dues)
    console.log(`  ${kind.padEnd(12)} ${money(amount).padStart(12)}  ${dueOn}`);

  await printTrail(held.id);
  if (confirmed.status !== "confirmed") throw new Error(`the booking is ${confirmed.status}, not confirmed`);
}

type Event = { type: string; time: string; detail: { subject: { id: string }; data: Json } };
type Entry = { reference: string; postings: { account: string; debit: number; credit: number }[] };

async function printTrail(bookingId: string): Promise<void> {
  const events = await call<{ items: Event[] }>("GET", "/_local/events");
  step("Events on the bus");
  for (const { type, time, detail } of events.items) {
    if (detail.subject.id === bookingId || detail.data.bookingId === bookingId) console.log(`  ${time}  ${type}`);
  }
  const finance = await signIn("finance", "finance@example.com");
  const journal = await call<{ items: Entry[] }>("GET", `/v1/finance/journal?bookingId=${bookingId}`, {
    token: finance,
  });
  step("Journal entries");
  for (const { reference, postings } of journal.items) {
    console.log(`  ${reference}`);
    for (const { account, debit, credit } of postings) {
      console.log(
        `    ${account.padEnd(20)} ${(debit ? money(debit) : "").padStart(14)} ${(credit ? money(credit) : "").padStart(14)}`,
      );
    }
  }
  const mail = await call<{ items: { subject: string; sentAt: string }[] }>(
    "GET",
    `/_local/mail?to=${encodeURIComponent(email)}`,
  );
  step("Mail");
  for (const { subject, sentAt } of mail.items) console.log(`  ${sentAt}  ${subject}`);
}

try {
  await demo();
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
