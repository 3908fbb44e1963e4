import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Booking, Client, type Due, openCohort, type Problem, startWorld, type World } from "../harness/world.ts";

let world: World;
let cohortId: string;
beforeAll(async () => {
  world = await startWorld();
  const plans = [{ kind: "installments", months: 3 }];
  cohortId = (await openCohort(world, { inDays: 150, count: 12, program: { plans } })).id;
});
afterAll(() => world.stop());

/** A client who has given the permission to collect and paid the deposit. Their card then answers with `outcomes`. */
async function collecting(outcomes?: string[], paymentMethod = "pm_card_visa", on = cohortId): Promise<Client> {
  const client = new Client(world);
  await client.hold(on, "installments");
  await client.sign(true);
  await client.pay(paymentMethod);
  if (outcomes !== undefined) {
    const method = await savedMethod(client);
    const answer = await world.sim("POST", `/_sim/payment_methods/${method}/behavior`, { outcomes });
    expect(answer.status).toBe(200);
  }
  return client;
}

type Intent = {
  id: string;
  status: string;
  customer: string;
  payment_method: string | null;
  latest_charge: string | null;
  metadata: { bookingId?: string };
};

/** The payment intents of a booking at Stripe, newest first. */
async function intentsOf({ id }: Client): Promise<Intent[]> {
  const { body } = await world.http.stripe<{ data: Intent[] }>("GET", "payment_intents?limit=100");
  return body.data.filter(({ metadata }) => metadata.bookingId === id);
}

/** The card that a client's deposit was paid with. */
const savedMethod = async (client: Client) => (await intentsOf(client)).at(-1)?.payment_method ?? "";

const firstDue = async (client: Client): Promise<Due | undefined> => (await client.read()).dues[1];

/** Moves the clock to a time (UTC), `days` after the due's date. */
async function moveTo({ dueOn }: { dueOn: string }, days: number, time: string): Promise<void> {
  const date = new Date(`${dueOn}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  await world.moveClock({ to: `${date.toISOString().slice(0, 10)}T${time}Z` });
}

describe("dues that are collected from saved methods", () => {
  test("are tried on their date at ten; after a soft decline again on the program's days, after a hard one by link", async () => {
    const works = await collecting();
    const soft = await collecting(["insufficient_funds", "insufficient_funds", "succeeds"]);
    const hard = await collecting(["lost_card"]);
    const asks = await collecting(["authentication_required"]);
    const debit = await collecting(undefined, "pm_usBankAccount_success");
    const declined = new Client(world);
    await declined.hold(cohortId, "installments");
    await declined.sign(false);
    await declined.pay();
    const due = (await firstDue(works)) as Due;

    await moveTo(due, 0, "15:50:00");
    expect(await firstDue(works)).toMatchObject({ paid: 0 });
    await moveTo(due, 0, "19:00:00");

    expect(await firstDue(works)).toMatchObject({ status: "paid" });
    expect(await world.mail(works.email)).toContain("We received your payment");
    expect(await firstDue(debit)).toMatchObject({ status: "processing" });
    expect(await world.mail(debit.email)).toContain("Your payment is on its way");
    expect(await firstDue(soft)).toMatchObject({
      ...{ status: "scheduled", lastFailure: "insufficient_funds" },
      nextAttemptAt: expect.stringMatching(/T(16|17):00:00Z$/),
    });
    for (const client of [hard, asks]) {
      expect(await client.read()).toMatchObject({ standing: "action_required" });
      expect(await firstDue(client)).toMatchObject({ status: "action_required", nextAttemptAt: null });
      expect((await intentsOf(client))[0]?.status).toBe("canceled");
    }
    expect(await firstDue(declined)).toMatchObject({ paid: 0, status: "scheduled" });
    expect(await intentsOf(declined)).toHaveLength(1);

    await moveTo(due, 2, "19:00:00");
    expect((await intentsOf(soft)).length).toBe(2);
    await moveTo(due, 10, "19:00:00");

    expect(await firstDue(soft)).toMatchObject({ status: "paid" });
    expect((await intentsOf(soft)).map(({ status }) => status)).toEqual([
      ...["succeeded", "canceled", "canceled", "succeeded"],
    ]);
    expect(await firstDue(debit)).toMatchObject({ status: "paid" });
    expect((await firstDue(hard))?.status).toBe("past_due");
    expect(await intentsOf(hard)).toHaveLength(2);
    expect(await world.stripeBalance()).toMatchObject({ consistent: true });
    expect((await world.balances()).stripe_balance).toBe((await world.stripeBalance()).balance);
  });

  test("are collected once, although half of Stripe's answers are lost", async () => {
    const client = await collecting();
    const due = (await firstDue(client)) as Due;
    await moveTo(due, 0, "14:00:00");
    await world.sim("POST", "/_sim/faults", { kind: "timeout_after", rate: 0.5, seed: 7 });
    await moveTo(due, 0, "20:00:00");
    await world.sim("DELETE", "/_sim/faults");
    await moveTo(due, 1, "08:00:00");

    expect(await firstDue(client)).toMatchObject({ status: "paid" });
    expect((await intentsOf(client)).map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
  });
});

type LinkMail = { subject: string; text: string };

test("after a failed card the client pays by the mail's link, and polls settle it although every webhook is lost", async () => {
  const plans = [{ kind: "installments", months: 2 }];
  const { id } = await openCohort(world, { inDays: 150, count: 1, program: { plans } });
  await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
  const client = await collecting(["lost_card"], undefined, id);
  const due = (await firstDue(client)) as Due;
  expect((await client.read()).status).toBe("held");

  await moveTo(due, 0, "19:00:00");
  expect(await client.read()).toMatchObject({ status: "awaiting_clearance", standing: "action_required" });
  const path = `/_local/mail?to=${encodeURIComponent(client.email)}`;
  const { items } = await world.must<{ items: LinkMail[] }>("GET", path);
  const failed = items.findLast(({ subject }) => subject === "Your payment did not go through");
  const opened = await fetch(/Pay now: (\S+)/.exec(failed?.text ?? "")?.[1] ?? "", {
    method: "POST",
    redirect: "manual",
  });
  const session = /\/c\/pay\/(cs_\w+)/.exec(opened.headers.get("location") ?? "")?.[1] ?? "";
  expect((await client.payOn(session)).status).toBe("succeeded");
  await world.quiesce();
  expect(await firstDue(client)).toMatchObject({ status: "action_required" });
  await world.moveClock({ advance: "PT1H" });

  expect(await firstDue(client)).toMatchObject({ status: "paid" });
  expect(await world.mail(client.email)).toEqual(expect.arrayContaining(["We received your payment"]));
  const paid = (await intentsOf(client)).filter(({ status }) => status === "succeeded");
  expect(paid).toHaveLength(2);
  expect((await world.balances()).stripe_balance).toBe((await world.stripeBalance()).balance);
  await world.sim("DELETE", "/_sim/webhooks");
});

test("a bank account that is lost while the deposit is processed is not charged, and the client is told", async () => {
  const plans = [{ kind: "installments", months: 2 }];
  const { id } = await openCohort(world, { inDays: 150, count: 4, program: { plans } });
  const kept = await collecting(undefined, "pm_usBankAccount_success", id);
  const detached = await collecting(undefined, "pm_usBankAccount_success", id);
  const deleted = await collecting(undefined, "pm_usBankAccount_success", id);
  const withdrawn = await collecting(undefined, "pm_usBankAccount_success", id);
  const { stripe } = world.http;
  await stripe("POST", `payment_methods/${await savedMethod(detached)}/detach`);
  const [{ customer }] = (await intentsOf(deleted)) as [Intent];
  await stripe("DELETE", `customers/${customer}`);
  const [{ latest_charge }] = (await intentsOf(withdrawn)) as [Intent];
  type Debit = { payment_method_details: { us_bank_account: { mandate: string } } };
  const { mandate } = (await stripe<Debit>("GET", `charges/${latest_charge}`)).body.payment_method_details
    .us_bank_account;
  expect((await world.sim("POST", `/_sim/mandates/${mandate}/withdrawal`, {})).status).toBe(200);
  await world.quiesce();

  await world.moveClock({ advance: "P6D" });
  expect(await kept.read()).toMatchObject({ status: "awaiting_clearance", autopay: true });
  for (const client of [detached, deleted, withdrawn]) {
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", autopay: false });
    expect(await world.mail(client.email)).toContain("Automatic payments are off");
  }

  await moveTo((await firstDue(kept)) as Due, 0, "19:00:00");
  expect(await intentsOf(kept)).toHaveLength(2);
  for (const client of [detached, deleted, withdrawn]) expect(await intentsOf(client)).toHaveLength(1);
});

type Act = { action: string; reason?: string; before: object; after: object };

describe("exceptions that staff make", () => {
  test("pause, defer and waive, each with a reason in the audit log, and never on their own booking", async () => {
    const plans = [{ kind: "installments", months: 2 }];
    const { id } = await openCohort(world, { inDays: 150, count: 1, program: { plans } });
    const client = await collecting(undefined, undefined, id);
    const [, first, second] = (await client.read()).dues as [Due, Due, Due];
    const reason = "Agreed on the telephone";
    const asStaff = async (method: string, path: string, body: object, role = "finance", email?: string) =>
      world.api<Booking & Problem>(method, `${client.path}${path}`, {
        ...{ token: await world.token(role, email), key: `${path}-${JSON.stringify(body)}`.replaceAll(" ", "-"), body },
      });

    expect(await asStaff("PUT", "/collection", { paused: true, reason }, "admin", client.email)).toMatchObject({
      ...{ status: 403, body: { code: "forbidden", detail: expect.stringContaining("Ask a colleague") } },
    });
    expect(await asStaff("PUT", "/collection", { paused: true })).toMatchObject({
      ...{ status: 400, body: { code: "validation_failed", errors: [{ path: "reason" }] } },
    });
    const paused = await asStaff("PUT", "/collection", { paused: true, reason });
    expect(paused).toMatchObject({ status: 200, body: { collectionPaused: true } });
    await moveTo(first, 5, "20:00:00");
    expect(await client.read()).toMatchObject({ standing: "past_due" });
    expect(await intentsOf(client)).toHaveLength(1);

    const late = await asStaff("POST", `/dues/${first.id}/deferral`, { dueOn: first.dueOn, reason });
    expect(late).toMatchObject({ status: 400, body: { errors: [{ path: "dueOn" }] } });
    const dueOn = second.dueOn;
    expect((await asStaff("POST", `/dues/${first.id}/deferral`, { dueOn, reason })).status).toBe(200);
    const waived = await asStaff("POST", `/dues/${second.id}/waiver`, { reason });
    expect(waived).toMatchObject({ status: 200, body: { standing: "current" } });
    const again = await asStaff("POST", `/dues/${second.id}/waiver`, { reason });
    expect([again.headers.get("idempotent-replayed"), again.body]).toEqual(["true", waived.body]);
    const twice = await asStaff("POST", `/dues/${second.id}/waiver`, { reason: "Once more" });
    expect(twice).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
    await asStaff("PUT", "/collection", { paused: false, reason });
    await moveTo({ dueOn }, 0, "20:00:00");

    const booking = await client.read();
    expect(booking.dues.slice(1)).toMatchObject([
      { status: "paid", dueOn, paid: first.amount, waived: 0 },
      { status: "cancelled", amount: second.amount, paid: 0, waived: second.amount },
    ]);
    expect(booking).toMatchObject({ standing: "paid_in_full", balance: 0, paid: booking.total - second.amount });
    type Receipts = { items: { kind: string; amount: number; dueIds: string[] }[]; statement: object };
    const receipts = await world.must<Receipts>("GET", `${client.path}/receipts`, { token: await client.token() });
    expect(receipts.items.map(({ kind, amount, dueIds }) => [kind, amount, dueIds])).toEqual([
      ["payment", booking.dues[0]?.amount, [booking.dues[0]?.id]],
      ["payment", first.amount, [first.id]],
    ]);
    const { total, paid, balance } = booking;
    expect(receipts.statement).toEqual({ total, financeCharge: 0, paid, refunded: 0, balance });
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining([
        "We have paused your payments",
        "A payment is no longer due",
        "Your payments have resumed",
      ]),
    );
    const token = await world.token("admin");
    const { items } = await world.must<{ items: Act[] }>("GET", `/v1/audit?subject=${client.id}`, { token });
    const acts = items.filter((act) => act.reason === reason);
    expect(acts.map(({ action }) => action)).toEqual([
      ...["pause_collection", "defer_due", "waive_due", "resume_collection"],
    ]);
    expect(acts[1]).toMatchObject({
      before: { dues: [{ id: first.id, dueOn: first.dueOn }] },
      after: { dues: [{ id: first.id, dueOn }] },
    });
    expect(acts[2]).toMatchObject({ before: { dues: [{ waived: 0 }] }, after: { dues: [{ waived: second.amount }] } });
    expect(await world.misshapenEvents()).toEqual([]);
  });
});
