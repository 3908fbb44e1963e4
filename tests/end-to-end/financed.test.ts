import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

type Payoff = { principal: number; tax: number; unearnedInterest: number };
const at = (dueOn: string | undefined, time: string) => world.moveClock({ to: `${dueOn}T${time}Z` });

test("a loan is collected, paid by the mail's link when a card fails, and paid off early, to the cent", async () => {
  const plans = [{ kind: "financed", months: 12, annualRate: "9.9900" }];
  const { id } = await openCohort(world, { inDays: 100, program: { plans } });
  const client = new Client(world);
  await client.hold(id, "financed");
  const token = await client.token();
  const { html } = await world.must<{ html: string }>("GET", `${client.path}/agreement`, { token });
  expect(html).toContain("ANNUAL PERCENTAGE RATE");
  await client.sign(true);
  await client.pay();
  await client.clear();
  const { dues, total } = await client.read();
  const intents = await world.http.stripe<{ data: { payment_method: string }[] }>("GET", "payment_intents?limit=1");
  const [{ payment_method: card = "" } = {}] = intents.body.data;

  // The first month is collected automatically. In the second month the card is lost, and the mail has a payment link.
  await at(dues[1]?.dueOn, "20:00:00");
  expect((await client.read()).dues[1]).toMatchObject({ status: "paid" });
  await world.sim("POST", `/_sim/payment_methods/${card}/behavior`, { outcomes: ["lost_card"] });
  await at(dues[2]?.dueOn, "20:00:00");
  expect((await client.read()).dues[2]).toMatchObject({ status: "action_required", lastFailure: "card_declined" });
  const failed = (await world.mails(client.email)).findLast(
    ({ subject }) => subject === "Your payment did not go through",
  );
  const link = new URL(/Pay now: (\S+)/.exec(failed?.text ?? "")?.[1] ?? "");

  const page = await fetch(link);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("Pay now")]);
  const opened = await fetch(link, { method: "POST", redirect: "manual" });
  expect(opened.status).toBe(303);
  const session = /\/c\/pay\/(cs_\w+)/.exec(opened.headers.get("location") ?? "")?.[1] ?? "";
  await client.payOn(session);
  await world.quiesce();
  expect(await (await fetch(link)).text()).toContain("Paid");
  expect((await client.read()).dues[2]).toMatchObject({ status: "paid" });
  expect((await fetch(link, { method: "POST", redirect: "manual" })).headers.get("location")).toBe(link.href);

  // A wrong link shows no data.
  const forged = await fetch(`${link.href.slice(0, -2)}xx`);
  expect([forged.status, (await forged.text()).includes("no longer valid")]).toEqual([404, true]);

  // The client pays off the rest between two dates.
  const payoff = await world.must<{ amount: number; interest: number }>("GET", `${client.path}/payoff`, {
    token: await client.token(),
  });
  expect(await client.pay("pm_card_visa", { purpose: "payoff" })).toBe("succeeded");
  const booking = await client.read();
  expect(booking).toMatchObject({ standing: "paid_in_full", balance: 0, total });
  expect(booking.paid).toBe(total + (booking as unknown as { financeCharge: number }).financeCharge);
  const balances = await world.balances();
  expect(balances).toMatchObject({ receivable: 0, stripe_balance: (await world.stripeBalance()).balance });

  await world.moveClock({ advance: "P20D" });
  expect((await client.read()).paid).toBe(booking.paid);
  const subjects = (await world.mails(client.email)).map(({ subject }) => subject);
  expect(subjects.filter((subject) => /^(Your payment is due on|Payment due tomorrow,) /.test(subject))).toHaveLength(
    4,
  );
  expect(payoff.amount).toBeGreaterThan(0);
});

test("staff waive the last payment of a loan: interest that was paid ahead goes back to the card", async () => {
  const plans = [{ kind: "financed", months: 3, annualRate: "9.9900" }];
  const { id } = await openCohort(world, { inDays: 100, count: 1, program: { plans } });
  const client = new Client(world);
  await client.hold(id, "financed");
  await client.sign(false);
  await client.pay();
  await client.clear();
  const { dues, total } = await client.read();
  for (const due of dues.slice(1, 3)) await client.pay("pm_card_visa", { purpose: "due", dueId: due.id });
  const last = dues[3] as Due;
  const token = await world.token("finance");
  const before = await world.must<Payoff>("GET", `${client.path}/payoff`, { token });
  const body = { reason: "Agreed on the telephone" };

  await world.must("POST", `${client.path}/dues/${last.id}/waiver`, { token, key: "waive-the-last-due", body });
  await world.quiesce();

  const booking = await client.read();
  const { unearnedInterest } = before;
  expect(unearnedInterest).toBeGreaterThan(0);
  expect(booking).toMatchObject({ standing: "paid_in_full", balance: 0, refunded: unearnedInterest });
  expect(booking.paid - booking.refunded).toBe(total - before.principal - before.tax);
  const subjects = (await world.mails(client.email)).map(({ subject }) => subject);
  expect(subjects).toEqual(
    expect.arrayContaining(["A payment is no longer due", "We are sending you a refund", "We sent your refund"]),
  );
  expect(await world.balances()).toMatchObject({
    ...{ receivable: 0, refunds_payable: 0, stripe_balance: (await world.stripeBalance()).balance },
  });
  expect(await world.misshapenEvents()).toEqual([]);
});
