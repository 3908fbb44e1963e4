import {
  type Booking,
  call,
  clear,
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

const beginAgain = "`npm start -- --fresh` restarts with the sample data";

type Cohort = { id: string; startsOn: string; places: { type: string; price: number; available: number }[] };

/** One booking from quote to confirmed, with each event, journal entry and mail. */
export async function toConfirmed(): Promise<void> {
  const client = await signIn("client", email);

  const { items } = await call<{ items: Cohort[] }>("GET", "/v1/cohorts?status=open");
  const cohort = items.find(({ places }) => places.some(({ available }) => available > 0));
  const place = cohort?.places.find(({ available }) => available > 0);
  if (items.length === 0) throw new Error(`there is no open cohort: ${beginAgain}, or open one`);
  if (cohort === undefined || place === undefined) {
    throw new Error(`no cohort has an available place: ${beginAgain}`);
  }
  step("A cohort with a free place", `${cohort.id}, from ${cohort.startsOn}: ${place.available} ${place.type} left`);

  const quote = await call<{ id: string; total: number; deposit: number }>("POST", "/v1/quotes", {
    body: { cohortId: cohort.id, placeType: place.type, plan: { kind: "deposit_and_balance" } },
  });
  step("A quote", `${quote.id}: ${money(quote.total)}, of which ${money(quote.deposit)} deposit`);

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

  await clear(held.id);
  const confirmed = await call<Booking>("GET", path, { token: client });
  step("The booking", `${confirmed.id} is ${confirmed.status}`);
  for (const { kind, amount, dueOn } of confirmed.dues)
    console.log(`  ${kind.padEnd(12)} ${money(amount).padStart(12)}  ${dueOn}`);

  await printTrail(held.id);
  if (confirmed.status !== "confirmed") throw new Error(`the booking is ${confirmed.status}, not confirmed`);
}

async function printTrail(bookingId: string): Promise<void> {
  step("Events on the bus");
  for (const { type, time } of await eventsOf(bookingId)) console.log(`  ${time}  ${type}`);
  step("Journal entries");
  for (const { reference, postings } of await journalOf(bookingId)) {
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
  step("Emails");
  for (const { subject, sentAt } of mail.items) console.log(`  ${sentAt}  ${subject}`);
}
