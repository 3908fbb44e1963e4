import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dayFrom } from "../harness/days.ts";
import { expectSquare } from "../harness/reconciled.ts";
import { type Booking, Client, openCohort, participantBody, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("clearance", () => {
  test("a client who is not cleared is declined after the program's hours and gets everything back", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    await client.evaluate("medical", "not_cleared");
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", clearance: { status: "not_cleared" } });
    await world.moveClock({ advance: "PT25H" });
    expect(await client.read()).toMatchObject({ status: "declined", paid: 250_000, refunded: 250_000, balance: 0 });
    expect(await world.mail(client.email)).toContain("About your booking");
    await expectSquare(client);
  });

  test("a `not_cleared` that is corrected within the hours does not decline the booking", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    await client.evaluate("medical", "not_cleared");
    await world.moveClock({ advance: "PT12H" });
    await client.clear();
    expect((await client.read()).status).toBe("confirmed");
    await world.moveClock({ advance: "PT24H" });
    expect((await client.read()).status).toBe("confirmed");
  });

  test("a hold that is not cleared cannot be paid, is declined after the hours, and frees its place", async () => {
    const cohort = await openCohort(world, {
      program: {
        holdMinutes: 1_440,
        screening: { clearanceDeadlineDaysBefore: 14, validityDays: 90, declineAfterHours: 2 },
      },
    });
    const client = new Client(world);
    await client.hold(cohort.id);
    await client.sign();
    await client.evaluate("psychiatric", "not_cleared");
    expect((await client.tryCheckout()).body.code).toBe("clearance_required");
    await world.moveClock({ advance: "PT3H" });
    expect((await client.read()).status).toBe("declined");
  });

  test("a deposit for somebody else is taken whatever the evaluation says, and refunded if the booking is declined (I8)", async () => {
    const payer = new Client(world);
    const guest = new Client(world);
    const quoteId = await payer.quote((await openCohort(world)).id);
    const body = { quoteId, participant: participantBody(guest.email) };
    const { id } = await world.must<Booking>("POST", "/v1/bookings", {
      ...{ token: await payer.token(), key: "for-a-guest", body },
    });
    payer.id = id;
    guest.id = id;
    await payer.sign();
    const token = await guest.token();
    const { hash } = await world.must<{ hash: string }>("GET", `${guest.path}/participation`, { token });
    const answer = { accepted: true, hash, signature: "Sample Person" };
    await world.must("POST", `${guest.path}/participation`, { token, body: answer });
    await payer.evaluate("medical", "not_cleared");

    expect(await payer.pay()).toBe("succeeded");
    expect(await payer.read()).toMatchObject({ status: "awaiting_clearance", clearance: null, paid: 250_000 });
    await world.moveClock({ advance: "PT25H" });
    expect(await payer.read()).toMatchObject({ status: "declined", clearance: null, refunded: 250_000 });
  });

  test.each([
    ["needs information", (client: Client) => client.evaluate("medical", "needs_information"), "pending"],
    [
      "is withdrawn",
      async (client: Client) => {
        const token = await world.token("clinician", "medical@example.com");
        await world.must("POST", `/v1/screenings/${client.id}/withdrawal`, { token, body: { note: "Sample note" } });
        await world.quiesce();
      },
      "withdrawn",
    ],
  ])("a clearance that %s unconfirms the booking, which keeps its place", async (_what, change, status) => {
    const cohort = await openCohort(world, { count: 1 });
    const client = new Client(world);
    expect((await client.confirm(cohort.id)).status).toBe("confirmed");
    await change(client);
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", clearance: { status }, refunded: 0 });
    expect((await new Client(world).tryHold(await client.quote(cohort.id))).body.code).toBe("sold_out");
    await client.clear();
    expect((await client.read()).status).toBe("confirmed");
  });

  test("a clearance that ends before the last day stays cleared and does not confirm the booking", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const soon = dayFrom(await world.now(), 10);
    await client.evaluate("medical", "cleared", { validUntil: soon });
    await client.evaluate("psychiatric");
    expect(await client.read()).toMatchObject({
      status: "awaiting_clearance",
      clearance: { status: "cleared", validUntil: soon },
    });
    await client.evaluate("medical", "cleared_with_conditions");
    expect((await client.read()).status).toBe("confirmed");
  });

  test("one clinician may not sign both evaluations", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    await client.evaluate("medical");
    const token = await world.token("clinician", "medical@example.com");
    const body = { kind: "psychiatric", outcome: "cleared" };
    const both = await world.api("POST", `/v1/screenings/${client.id}/evaluations`, { token, body });
    expect(both).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("the local stack lets only the clinical function and the deadline worker write a clearance", () => {
    const { functions, tables } = world.stack.topology;
    const arn = tables.find(({ name }) => name.includes("-clearance"))?.arn ?? "";
    const may = (action: string) =>
      functions.filter(({ allows }) => allows(`dynamodb:${action}`, arn)).map(({ label }) => label);

    expect(may("PutItem").sort()).toEqual(["clinical", "deadline-worker"]);
    expect(may("ConditionCheckItem")).toContain("booking");
  });

  test("only clinicians may call the clinical routes", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    const statusOf = async (role: string) =>
      (await world.api("GET", `/v1/screenings/${client.id}`, { token: await world.token(role, client.email) })).status;
    // The gateway refuses a client's token, because it is of another pool.
    expect([await statusOf("client"), await statusOf("admin"), await statusOf("finance")]).toEqual([401, 403, 403]);
    const token = await world.token("clinician");
    const screening = await world.must("GET", `/v1/screenings/${client.id}`, { token });
    expect(screening).toMatchObject({ bookingId: client.id, missing: ["medical", "psychiatric"], evaluations: [] });
  });
});
