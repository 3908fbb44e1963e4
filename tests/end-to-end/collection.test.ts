import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
let cohortId: string;
beforeAll(async () => {
  world = await startWorld();
  const plans = [{ kind: "installments", months: 3 }];
  cohortId = (await openCohort(world, { inDays: 150, count: 12, program: { plans } })).id;
});
afterAll(() => world.stop());

/** A client who has signed with the permission to collect and paid the deposit, whose card then does as it is told. */
async function collecting(outcomes?: string[], paymentMethod = "pm_card_visa"): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, "installments");
  await client.sign(true);
  await client.pay(paymentMethod);
  if (outcomes !== undefined) {
    const method = await savedMethod(client);
    const answer = await world.sim("POST", `/_sim/payment_methods/${method}/behavior`, { outcomes });
    expect(answer.status).toBe(200);
  }
  return client;
}

type Intent = { id: string; status: string; payment_method: string | null; metadata: { bookingId?: string } };

/** The payment intents that Stripe has of a booking, the latest first. */
async function intentsOf({ id }: Client): Promise<Intent[]> {
  const { body } = await world.http.stripe<{ data: Intent[] }>("GET", "payment_intents?limit=100");
  return body.data.filter(({ metadata }) => metadata.bookingId === id);
}

/** The card that a client's deposit was paid with. */
const savedMethod = async (client: Client) => (await intentsOf(client)).at(-1)?.payment_method ?? "";

const firstDue = async (client: Client): Promise<Due | undefined> => (await client.read()).dues[1];

/** The clock to a time of the first due's zone, so many days after its date. */
async function moveTo({ dueOn }: { dueOn: string }, days: number, time: string): Promise<void> {
  const date = new Date(`${dueOn}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  await world.moveClock({ to: `${date.toISOString().slice(0, 10)}T${time}Z` });
}

describe("dues that are collected with saved methods", () => {
  test("go by class of decline: tried on their date at ten, again on the program's days, or by link", async () => {
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

  test("are collected once, however many of Stripe's answers are lost", async () => {
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
