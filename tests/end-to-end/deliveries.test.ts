import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";
import { weakened } from "../proofs/weaken.ts";

/** Mails that are true only for a while: whether they are sent depends on when their event arrives. */
const overtaken = ["Your place is on hold", "Your booking is confirmed"];

/** Takes a booking from its hold to its refund. Returns all effects, without ids and instants. */
async function confirmedThenCancelled(world: World) {
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

describe("a bus that delivers twice, refuses entries, or loses its answer", () => {
  let world: World;
  let without: Awaited<ReturnType<typeof confirmedThenCancelled>>;
  beforeAll(async () => {
    world = await startWorld();
    without = await confirmedThenCancelled(world);
  });
  afterAll(() => world.stop());

  const switchOn = async (faults: { kind: string; rate: number }[]) => {
    for (const fault of faults) await world.faults({ target: "events", seed: 5, ...fault });
  };
  /** The relay's log grows when its retries fail and a message stays in the outbox. */
  const relayLog = () => readFileSync(join(world.stack.dataDir, "logs", "relay.log"), "utf8").length;

  test("without faults every event has its effects, each once", () => {
    expect(without.came).toMatchObject({
      booking: { status: "cancelled", paid: 250_000, refunded: 200_000 },
      mails: [
        "Your booking is canceled",
        "We sent your refund",
        "Your signed agreement",
        "We received your deposit",
      ].sort(),
      deadLetters: 0,
    });
    expect(without.carried).toBe(without.came.events.length);
  });

  test("every message is delivered twice: the effects are the same", async () => {
    await switchOn([{ kind: "duplicate", rate: 1 }]);
    expect((await confirmedThenCancelled(world)).came).toEqual(without.came);
  });

  test("a part of every request is refused: the effects are the same", async () => {
    const before = relayLog();
    await switchOn([
      { kind: "throttle", rate: 0.5 },
      { kind: "error", rate: 0.5 },
    ]);
    expect((await confirmedThenCancelled(world)).came).toEqual(without.came);
    expect(relayLog()).toBeGreaterThan(before);
  });

  test("answers are lost, so the relay sends events again, and every message is delivered twice: the effects are the same", async () => {
    await switchOn([
      { kind: "timeout", rate: 0.5 },
      { kind: "duplicate", rate: 1 },
    ]);
    const { carried, came } = await confirmedThenCancelled(world);
    expect(came).toEqual(without.came);
    expect(carried).toBeGreaterThan(came.events.length);
  });

  test("the ledger agrees with Stripe's balance", async () => {
    const [balances, stripe] = await Promise.all([world.balances(), world.stripeBalance()]);
    expect(balances).toMatchObject({ stripe_balance: stripe.balance });
  });

  test("control: without the mark of a sent mail, a message that is delivered twice sends two mails", async () => {
    const condition = /"attribute_not_exists\(pk\) OR heldBy = :holder OR (leaseUntil)/;
    const control = await weakened(
      ["mailer"],
      [
        {
          file: /store\/src\/consumed-once\.ts$/,
          from: condition,
          to: '"attribute_not_exists(pk) OR heldBy <> :holder OR $1',
        },
      ],
    );
    const weak = await startWorld(undefined, { bundles: control.bundles });
    try {
      const client = new Client(weak);
      const { id } = await openCohort(weak);
      await weak.faults({ target: "events", kind: "duplicate", rate: 1 });
      await client.hold(id);
      await weak.quiesce();
      expect(await weak.mail(client.email)).toEqual(["Your place is on hold", "Your place is on hold"]);
    } finally {
      await weak.stop();
      control.remove();
    }
  });
});

describe("Stripe's own delays", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const refundsAtStripe = async () =>
    (await world.http.stripe<{ data: { amount: number; status: string }[] }>("GET", "refunds")).body.data.map(
      ({ amount, status }) => [amount, status],
    );
  const entriesOf = async (client: Client, kind: string) =>
    (await world.journal(client.id)).filter(({ reference }) => reference.startsWith(`${kind}:`));

  test("a refund waits while Stripe's balance is low, and is made once there is money", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world, { inDays: 80 })).id);
    await world.sim("POST", "/_sim/faults", { kind: "low_balance", rate: 1, seed: 1 });
    const before = await world.balances();
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled" });
    for (const duration of ["PT1H", "P3D"]) {
      await world.moveClock({ advance: duration });
      expect(await refundsAtStripe()).toEqual([[200_000, "pending"]]);
      expect(await world.balances()).toMatchObject({
        stripe_balance: before.stripe_balance,
        refunds_payable: -200_000,
      });
      expect(await entriesOf(client, "refund-taken")).toEqual([]);
      expect(await world.mail(client.email)).not.toContain("We sent your refund");
    }

    await world.sim("DELETE", "/_sim/faults");
    await world.moveClock({ advance: "PT1H" });
    expect(await refundsAtStripe()).toEqual([[200_000, "succeeded"]]);
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 200_000 });
    expect(await entriesOf(client, "refund-taken")).toHaveLength(1);
    expect((await world.mail(client.email)).filter((subject) => subject === "We sent your refund")).toHaveLength(1);
    const balances = await world.balances();
    expect(balances.refunds_payable ?? 0).toBe(0);
    expect(balances.stripe_balance).toBe((await world.stripeBalance()).balance);
  });

  test("a fee that Stripe books an hour after the payment is posted once", async () => {
    const client = new Client(world);
    const { id } = await openCohort(world);
    await world.sim("POST", "/_sim/faults", { kind: "late_fee", rate: 1, seed: 1 });
    await world.sim("POST", "/_sim/webhooks", { duplicate: 1, reorder: 0.5, drop: 0, seed: 3 });
    expect(await client.deposit(id)).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    expect(await entriesOf(client, "fee")).toEqual([]);

    await world.moveClock({ advance: "PT2H" });
    await world.sim("DELETE", "/_sim/faults");
    await world.sim("DELETE", "/_sim/webhooks");
    expect(await entriesOf(client, "payment")).toHaveLength(1);
    expect(await entriesOf(client, "fee")).toHaveLength(1);
    expect((await world.balances()).stripe_balance).toBe((await world.stripeBalance()).balance);
    await world.moveClock({ advance: "P1D" });
    expect(await entriesOf(client, "fee")).toHaveLength(1);
  });
});
