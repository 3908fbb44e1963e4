import { plusDays } from "@clearing/domain/time";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectSquare } from "../harness/reconciled.ts";
import { Client, openCohort, participantBody, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test("at the clearance deadline the booking is cancelled with a full refund", async () => {
  const client = new Client(world);
  await client.deposit((await openCohort(world, { inDays: 25 })).id);
  await world.moveClock({ advance: "P12D" });
  expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
  await expectSquare(client);
});

test("a payer who corrects the participant is asked to sign again, and told that the signature was missing", async () => {
  const payer = new Client(world);
  const quoteId = await payer.quote((await openCohort(world, { inDays: 25 })).id);
  const token = await payer.token();
  const body = { quoteId, participant: participantBody("wrong-address@example.com") };
  payer.id = (await world.must<{ id: string }>("POST", "/v1/bookings", { token, key: "for-another", body })).id;
  await payer.sign();
  await payer.pay();
  const right = participantBody("right-address@example.com");
  await world.must("PUT", `${payer.path}/participant`, { token, body: right });
  await world.quiesce();
  const asked = (await world.mails(payer.email)).at(-1);
  expect(asked).toMatchObject({
    subject: "Please sign your agreement again",
    text: expect.stringContaining("so the agreement for your booking has changed."),
  });

  await world.moveClock({ advance: "P12D" });

  expect(await payer.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
  const canceled = (await world.mails(payer.email)).find(({ subject }) => subject === "Your booking is canceled");
  expect(canceled?.text).toContain("you did not sign it again in time, so we canceled your booking.");
  expect(canceled?.text).not.toContain("person you booked for");
  expect(await world.mail("right-address@example.com")).toEqual([]);
  expect(await world.misshapenEvents()).toEqual([]);
});

test("a clearance 200 days before the start is warned about at once, lapses, and is requested again before the deadline", async () => {
  const client = new Client(world);
  await client.deposit((await openCohort(world, { inDays: 200 })).id);
  await client.evaluate("medical");
  const { body } = await client.evaluate("psychiatric");
  expect(body).toMatchObject({ clearance: { status: "cleared" }, missing: ["validity"] });
  const screening = async () =>
    world.must<{ clearanceDueAt: string }>("GET", `/v1/screenings/${client.id}`, {
      token: await world.token("clinician"),
    });
  const { clearanceDueAt } = await screening();

  await world.moveClock({ advance: "P92D" });
  expect(await client.read()).toMatchObject({ status: "awaiting_clearance", clearance: { status: "lapsed" } });
  await world.moveClock({ to: plusDays(clearanceDueAt, -20) });
  expect(await screening()).toMatchObject({ missing: ["validity"], attention: "soon" });
  await world.moveClock({ to: plusDays(clearanceDueAt, 1) });

  expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
  const events = await world.events(client.id);
  const told = (name: string) => events.filter(({ type }) => type === name).map(({ detail }) => detail.data);
  expect(told("ClearanceChanged").filter(({ status }) => status === "lapsed")).toHaveLength(1);
  expect(told("ClearanceReminder").map(({ daysLeft }) => daysLeft)).toEqual([30, 14]);
});
