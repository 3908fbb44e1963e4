import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountsOf } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

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
