import { Client, openCohort, type World } from "./world.ts";

/** Mails that are true only for a while: whether they are sent depends on when their event arrives. */
const overtaken = ["We are holding a place for you", "Your booking is confirmed"];

/** Every effect of a booking that is confirmed and then canceled by its client, once. */
export const effectsOnce = {
  booking: {
    ...{ status: "cancelled", paid: 250_000, refunded: 200_000 },
    dues: [
      ["deposit", "paid", 250_000],
      ["balance", "cancelled", 0],
    ],
  },
  timeline: [
    ...["BookingHeld", "AgreementSigned", "PaymentSettled", "BookingConfirmed"],
    ...["BookingCancelled", "RefundRequested", "RefundSucceeded"],
  ],
  mails: ["We received your deposit", "We sent your refund", "Your booking is canceled", "Your signed agreement"],
  entries: [
    "due-billed,receivable 250000,deferred_revenue -250000",
    "fee,processing_fees 7280,stripe_balance -7280",
    "kept,deferred_revenue 50000,fee_income -50000",
    "payment,stripe_balance 250000,receivable -250000",
    "refund-owed,deferred_revenue 200000,refunds_payable -200000",
    "refund-taken,refunds_payable 200000,stripe_balance -200000",
  ],
  events: [
    ...["AgreementSigned", "BookingCancelled", "BookingConfirmed", "BookingHeld", "ClearanceChanged"],
    ...["ClearanceChanged", "PaymentSettled", "RefundRequested", "RefundSucceeded"],
  ],
  deadLetters: 0,
};

/** Takes a booking from its hold to its refund. Returns all effects, without ids and instants. */
export async function confirmedThenCancelled(world: World) {
  const client = new Client(world);
  await client.confirm((await openCohort(world, { inDays: 80 })).id);
  await client.cancel();
  await world.clearFaults();
  const deadLetters = await world.quiesce();
  const { status, paid, refunded, dues, timeline } = await client.read();
  const events = await world.events(client.id);
  return {
    carried: events.length,
    came: {
      booking: { status, paid, refunded, dues: dues.map((due) => [due.kind, due.status, due.paid]) },
      timeline: timeline.map(({ event }) => event),
      mails: (await world.mail(client.email)).filter((subject) => !overtaken.includes(subject)).sort(),
      entries: (await world.journal(client.id))
        .map(({ reference, postings }) =>
          [
            reference.split(":")[0],
            ...postings.map(({ account, debit, credit }) => `${account} ${debit - credit}`),
          ].join(),
        )
        .sort(),
      events: [...new Map(events.map(({ type, detail }) => [detail.id, type])).values()].sort(),
      deadLetters,
    },
  };
}
