import { Client, openCohort, type World } from "./world.ts";

/** Mails that are true only for a while: whether they are sent depends on when their event arrives. */
const overtaken = ["We are holding a place for you", "Your booking is confirmed"];

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
