import { addDays, instantAt } from "@clearing/domain/time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timeZone } from "../harness/days.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const available = async (cohortId: string) =>
  (await world.must<{ places: { available: number }[] }>("GET", `/v1/cohorts/${cohortId}`)).places[0]?.available;

async function accountsOf(client: Client): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { account, debit, credit } of (await world.journal(client.id)).flatMap(({ postings }) => postings)) {
    sums[account] = (sums[account] ?? 0) + debit - credit;
  }
  return sums;
}

describe("a cancellation by the client", () => {
  test("refunds the amount that its preview shows: half of the payment, less the fee", async () => {
    const cohort = await openCohort(world, { inDays: 45, count: 1 });
    const client = new Client(world);
    await client.confirm(cohort.id);
    const token = await client.token();
    const preview = await world.must("GET", `${client.path}/cancellation`, { token });
    expect(preview).toMatchObject({
      refundPercent: 50,
      administrationFee: 50_000,
      netPaid: 250_000,
      refund: 75_000,
      kept: 175_000,
    });
    expect(preview.next).toMatchObject({ refundPercent: 0, refund: 0, kept: 250_000 });
    const { body } = await client.cancel();
    expect(body).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 75_000, balance: 0 });
    expect(await available(cohort.id)).toBe(1);
    expect(await accountsOf(client)).toMatchObject({
      receivable: 0,
      deferred_revenue: 0,
      fee_income: -175_000,
      refunds_payable: 0,
    });
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining(["Your booking is canceled", "We sent your refund"]),
    );
    expect((await client.cancel()).body.code).toBe("invalid_transition");
  });

  test("of five at once with different keys, one cancels and four are refused", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const answers = await Promise.all(
      ["1", "2", "3", "4", "5"].map((key) => client.tryCancel("client", `at-once-${key}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(answers.flatMap(({ body }) => body.code ?? [])).toEqual(Array(4).fill("invalid_transition"));
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 75_000 });
  });

  test("of thirty at once with one key, all get the same answer, and so does a later one", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const answers = await Promise.all(Array.from({ length: 30 }, () => client.tryCancel("client", "one-key")));
    const later = await client.tryCancel("client", "one-key");
    expect(later).toMatchObject({ status: 200, body: { status: "cancelled", refunded: 75_000 } });
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(
      Array(30).fill({ status: 200, body: later.body }),
    );
  });

  test("early enough refunds everything except the fee", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world, { inDays: 80 })).id);
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", refunded: 200_000 });
  });

  test("a billed balance that was never paid is no longer owed", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world, { inDays: 45 })).id);
    await world.moveClock({ advance: "P16D" });
    expect((await client.read()).standing).toBe("past_due");
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", refunded: 0, balance: 0 });
    expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, fee_income: -250_000 });
  });

  test("of a hold frees the place, and then closes the session", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const client = new Client(world);
    await client.hold(cohort.id);
    await client.sign();
    const session = await client.checkout();
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", paid: 0 });
    expect((await client.payOn(session)).status).toBe("expired");
    expect(await available(cohort.id)).toBe(1);
  });

  test("a payment on the open session at the same time is settled by the cancellation's tier", async () => {
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    const client = new Client(world);
    await client.hold((await openCohort(world, { inDays: 80 })).id);
    await client.sign();
    await client.payOn(await client.checkout());
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", paid: 0, refunded: 0 });
    expect(await client.read()).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 200_000 });
    await world.sim("DELETE", "/_sim/webhooks");
  });

  test("at 23:55 on a tier's last day keeps the tier although Stripe is down, and the sessions are closed later", async () => {
    const cohort = await openCohort(world, { inDays: 100 });
    const [paying, leaving] = [new Client(world), new Client(world)];
    for (const client of [paying, leaving]) await client.confirm(cohort.id);
    await world.moveClock({ to: instantAt(addDays(cohort.startsOn, -60), "23:55", timeZone) });
    const balanceOf = async (client: Client) => ({ purpose: "due", dueId: (await client.read()).dues[1]?.id });
    const [page, other] = [
      await paying.checkout(await balanceOf(paying)),
      await leaving.checkout(await balanceOf(leaving)),
    ];
    await world.faults({ target: "stripe", kind: "error", rate: 1, seed: 1 });

    for (const client of [paying, leaving]) {
      expect(await client.tryCancel()).toMatchObject({
        status: 200,
        body: { status: "cancelled", paid: 250_000, refunded: 200_000 },
      });
    }

    await world.clearFaults();
    expect((await paying.payOn(page)).status).toBe("succeeded");
    await world.quiesce();
    expect(await paying.read()).toMatchObject({ paid: 1_850_000, refunded: 1_800_000 });
    expect((await leaving.payOn(other)).status).toBe("expired");
    for (const client of [paying, leaving]) {
      expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, refunds_payable: 0 });
    }
  });

  test("a bank debit that was under way is settled by the cancellation's tier, with the fee once", async () => {
    const client = new Client(world);
    const booking = await client.confirm((await openCohort(world, { inDays: 80 })).id);
    expect(await client.pay("pm_usBankAccount_success", { purpose: "due", dueId: booking.dues[1]?.id })).toBe(
      "processing",
    );
    expect((await client.cancel()).body).toMatchObject({ refunded: 200_000 });
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "cancelled", paid: 1_850_000, refunded: 1_800_000 });
    expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, fee_income: -50_000 });
  });
});

describe("a cancellation by the operator", () => {
  test("refunds everything, including fees", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world, { inDays: 20 })).id);
    expect((await client.cancel("admin")).body).toMatchObject({ status: "cancelled", refunded: 250_000 });
    expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, refunds_payable: 0 });
  });
});

describe("a refund that Stripe could not deliver", () => {
  test("is owed again, and does not count as refunded", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world, { inDays: 80 })).id);
    await client.sign();
    await client.pay("pm_card_refundFail");
    await client.cancel();
    await world.moveClock({ advance: "P10D" });
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 0 });
    expect((await accountsOf(client)).refunds_payable).toBe(-200_000);
    expect((await world.events(client.id)).map(({ type }) => type)).toContain("RefundFailed");
    expect(await world.mail(client.email)).toContain("Your refund did not reach you");
  });
});

describe("a refund made by hand at the moment of a cancellation", () => {
  test("leaves the rest to the cancellation: ledger and Stripe agree, and no refusal is reported", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world, { inDays: 80 })).id);
    await client.sign();
    await client.pay("pm_card_visa");
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    const paid = (await world.journal(client.id)).find(({ reference }) => reference.startsWith("payment:"));
    const charge = paid?.reference.slice("payment:".length) ?? "";
    expect((await world.http.stripe("POST", "refunds", { charge, amount: "60000" })).status).toBe(200);

    expect((await client.cancel("admin")).body).toMatchObject({ status: "cancelled", refunded: 250_000 });

    await world.sim("DELETE", "/_sim/webhooks");
    const { body } = await world.http.stripe<{ data: object[] }>("GET", `refunds?charge=${charge}`);
    expect(body.data).toMatchObject([
      { amount: 190_000, status: "succeeded" },
      { amount: 60_000, status: "succeeded" },
    ]);
    expect(await client.read()).toMatchObject({ refunded: 250_000 });
    expect(await accountsOf(client)).toMatchObject({ deferred_revenue: 0, refunds_payable: 0 });
    const told = (await world.events(client.id)).map(({ type }) => type);
    expect(told).not.toContain("RefundRefused");
    expect(told).not.toContain("RefundFailed");
    const [balances, stripe] = await Promise.all([world.balances(), world.stripeBalance()]);
    expect(balances.stripe_balance).toBe(stripe.balance);
  });
});

describe("the retreat", () => {
  async function atTheDoor(): Promise<Client> {
    const client = new Client(world);
    const cohort = await openCohort(world, { inDays: 30 });
    await client.confirm(cohort.id, "full");
    const due = (await client.read()).dues[1];
    await client.pay("pm_card_visa", { purpose: "due", dueId: due?.id });
    await world.moveClock({ to: `${cohort.startsOn}T20:00:00Z` });
    return client;
  }
  const admit = async (client: Client, role: string, outcome: string) => {
    const answer = await world.api("POST", `${client.path}/admission`, {
      token: await world.token(role),
      body: { outcome },
    });
    await world.quiesce();
    return answer;
  };

  test("revenue is earned after an admitted participant's last day, and not before", async () => {
    const client = await atTheDoor();
    expect((await admit(client, "admin", "admitted")).status).toBe(200);
    expect((await client.cancel()).body.code).toBe("invalid_transition");
    expect((await accountsOf(client)).earned_revenue ?? 0).toBe(0);
    await world.moveClock({ advance: "P8D" });
    expect((await client.read()).status).toBe("completed");
    expect(await accountsOf(client)).toMatchObject({ earned_revenue: -1_850_000, deferred_revenue: 0, receivable: 0 });
  });

  test("a no-show is cancelled under the policy of the first day", async () => {
    const client = await atTheDoor();
    expect((await admit(client, "admin", "no_show")).body).toMatchObject({
      status: "cancelled",
      refunded: 0,
      admission: { outcome: "no_show" },
    });
    expect(await accountsOf(client)).toMatchObject({ fee_income: -1_850_000, deferred_revenue: 0 });
  });

  test("a participant who is turned away gets a full refund, and only a clinician may turn them away", async () => {
    const client = await atTheDoor();
    expect((await admit(client, "admin", "turned_away")).status).toBe(403);
    expect((await admit(client, "clinician", "turned_away")).body).toMatchObject({
      status: "declined",
      refunded: 1_850_000,
    });
    expect(await accountsOf(client)).toMatchObject({ deferred_revenue: 0, refunds_payable: 0 });
  });

  test("a cohort is completed after its last day, and then cannot be changed", async () => {
    const cohort = await openCohort(world, { inDays: 15 });
    await world.moveClock({ advance: "P23D" });
    expect(await world.must("GET", `/v1/cohorts/${cohort.id}`)).toMatchObject({ status: "completed" });
    expect((await world.events(cohort.id)).map(({ type }) => type)).toEqual(["CohortOpened", "CohortCompleted"]);
    const token = await world.token("admin");
    const change = await world.api("PATCH", `/v1/cohorts/${cohort.id}`, { token, body: { venue: "Another House" } });
    expect(change).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
  });

  test("nobody is admitted before the first day", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world)).id);
    expect((await admit(client, "admin", "admitted")).body).toMatchObject({ code: "invalid_transition" });
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
