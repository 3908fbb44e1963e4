import { afterAll, beforeAll, expect, test } from "vitest";
import { firstDue, moveTo } from "../harness/autopay.ts";
import { Client, type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const lateCharge = { amount: 2_500, graceDays: 10 };
const nonPayment = { noticeDays: [3, 7], cancelDaysBefore: 14 };

/** When collection is over in every time zone of America. */
const evening = "19:00:00";

const balanceOf = async (client: Client): Promise<Due> => (await firstDue(client)) as Due;

/** The notices to a client, from the events. */
const noticesOf = async ({ id }: Client): Promise<unknown[]> =>
  (await world.events(id))
    .filter(({ type }) => type === "DueNotice")
    .map(({ detail: { data } }) => [data.dueId, data.kind, data.days, data.cancelsOn]);

test("an unpaid balance gets notices, a late charge and a cancellation; a collected one gets a notice and is paid", async () => {
  const program = { nonPayment, lateCharge };
  const cohortId = (await openCohort(world, { inDays: 60, count: 2, program })).id;
  const [silent, collected] = [new Client(world), new Client(world)];
  await silent.confirm(cohortId);
  await collected.hold(cohortId, "deposit_and_balance");
  await collected.sign(true);
  await collected.pay();
  await collected.clear();
  const due = await balanceOf(silent);

  await moveTo(world, due, 0, evening);
  expect(await noticesOf(silent)).toEqual([
    [due.id, "upcoming", 7, null],
    [due.id, "upcoming", 1, null],
  ]);
  expect(await balanceOf(collected)).toMatchObject({ status: "paid" });
  const [notice] = (await world.mails(collected.email)).filter(({ subject }) =>
    subject.startsWith("Your payment is due on "),
  );
  expect(notice?.text).toMatch(
    /We will charge it to your card ending in 4242 on .*\. You do not need to do anything\./,
  );
  expect(notice?.text).toMatch(/Pay early or change your payment method: \S+\/pay\/\S+/);

  await moveTo(world, due, 12, evening);
  const { dues } = await silent.read();
  const charge = dues[2] as Due;
  expect(charge).toMatchObject({ kind: "late_charge", amount: 2_500, status: "scheduled" });
  expect((await noticesOf(silent)).slice(2)).toEqual([
    [due.id, "past_due", 3, null],
    [due.id, "final", 7, expect.stringMatching(/^\d{4}-\d\d-\d\d$/)],
  ]);

  await moveTo(world, due, 16, evening);
  expect(await silent.read()).toMatchObject({ status: "cancelled", balance: 0, refunded: 0 });
  await moveTo(world, due, 90, evening);
  expect(await noticesOf(silent)).toHaveLength(5);
  const subjects = await world.mail(silent.email);
  expect(subjects.slice(subjects.indexOf("Your booking is confirmed") + 1)).toEqual([
    ...[expect.stringMatching(/^Your payment is due on /), expect.stringMatching(/^Payment due tomorrow, /)],
    ...["Your payment is past due", "Final notice: your payment is past due", "We added a late charge"],
    ...[expect.stringMatching(/^Your payment is due on /), "Your booking is canceled"],
  ]);
  expect(await world.misshapenEvents()).toEqual([]);
  expect((await world.balances()).stripe_balance).toBe((await world.stripeBalance()).balance);
});

test("a notice links to its payment, and staff get a task when no automatic step is left", async () => {
  const client = new Client(world);
  await client.confirm((await openCohort(world, { inDays: 60 })).id, "full");
  const due = await balanceOf(client);
  await world.moveClock({ advance: "PT2M" });
  const [atOnce] = (await world.mails(client.email)).filter(({ subject }) =>
    subject.startsWith("Payment due tomorrow, "),
  );
  const path = new URL(/https?:\S+\/pay\/\S+/.exec(atOnce?.text ?? "")?.[0] ?? "http://none").pathname;
  expect(await world.api("GET", path)).toMatchObject({ status: 200, body: expect.stringContaining("$16,000.00") });

  await moveTo(world, due, 7, evening);
  const told = async () => (await world.events(client.id)).filter(({ type }) => type === "CollectionTaskOpened");
  expect(await told()).toEqual([]);
  await moveTo(world, due, 8, evening);
  expect((await told()).map(({ detail }) => detail.data.reason)).toEqual(["not_paid"]);
  const toOperator = (await world.mails("support@dev.clearing.example")).filter(({ text }) => text.includes(client.id));
  expect(toOperator.at(-1)).toMatchObject({ subject: "A payment needs your attention" });
});
