import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("capacity", () => {
  test("a cohort grows, and shrinks only by free places, all or none", async () => {
    const cohort = await openCohort(world, { count: 2 });
    const token = await world.token("admin");
    await new Client(world).hold(cohort.id);
    await world.must("POST", `/v1/cohorts/${cohort.id}/places`, { token, body: { type: "private", count: 2 } });
    expect(await world.available(cohort.id)).toBe(3);
    const tooMany = await world.api("DELETE", `/v1/cohorts/${cohort.id}/places?type=private&count=4`, { token });
    const detail = "Free places of this type: 3 of 4. Remove at most that many.";
    expect(tooMany).toMatchObject({ status: 409, body: { code: "places_in_use", detail } });
    const unknown = await world.api("DELETE", `/v1/cohorts/${cohort.id}/places?type=suite&count=1`, { token });
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ path: "query.type" }] } });
    expect(await world.available(cohort.id)).toBe(3);
    await world.must("DELETE", `/v1/cohorts/${cohort.id}/places?type=private&count=3`, { token });
    expect(await world.available(cohort.id)).toBe(0);
  });

  test("a change that is repeated with its key is made once and gets the same answer", async () => {
    const cohort = await openCohort(world, { count: 6 });
    const token = await world.token("admin");
    const path = `/v1/cohorts/${cohort.id}`;
    const repeated = async (method: string, at: string, body?: object, as = token) => {
      const call = { token: as, key: `${method}-once`, ...(body && { body }) };
      const answers = [await world.api(method, at, call), await world.api(method, at, call)];
      expect(answers[1]).toMatchObject({ status: 200, body: answers[0]?.body });
      expect(answers[1]?.headers.get("idempotent-replayed")).toBe("true");
      return answers[0]?.body;
    };
    await repeated("DELETE", `${path}/places?type=private&count=2`);
    expect(await world.available(cohort.id)).toBe(4);
    const other = { token, key: "DELETE-once" };
    expect((await world.api("DELETE", `${path}/places?type=private&count=1`, other)).body).toMatchObject({
      code: "idempotency_mismatch",
    });

    expect(await repeated("PATCH", path, { venue: "Other Sample House" })).toMatchObject({
      venue: "Other Sample House",
    });
    expect(await repeated("PATCH", `/v1/programs/${cohort.programId}`, {})).toMatchObject({ status: "published" });

    const client = new Client(world);
    await client.hold(cohort.id);
    const signed = await client.sign(true);
    const own = await client.token();
    const { hash } = await world.must<{ hash: string }>("GET", `${client.path}/autopay`, { token: own });
    const autopay = await repeated("PUT", `${client.path}/autopay`, { enabled: true, hash }, own);
    expect(autopay).toEqual(signed);
    await world.must("PUT", `${client.path}/autopay`, { token: own, body: { enabled: false } });
    await repeated("PUT", `${client.path}/autopay`, { enabled: true, hash }, own);
    expect((await client.read()).autopay).toBe(false);
  });

  test("a program cannot be retired while one of its cohorts is open", async () => {
    const cohort = await openCohort(world);
    const token = await world.token("admin");
    const retire = () => world.api("PATCH", `/v1/programs/${cohort.programId}`, { token, body: { status: "retired" } });
    expect((await retire()).body).toMatchObject({ code: "invalid_transition" });
    await world.must("PATCH", `/v1/cohorts/${cohort.id}`, { token, body: { status: "closed" } });
    expect(await retire()).toMatchObject({ status: 200, body: { status: "retired" } });
  });

  test("the list of plans has every plan, and the reason why one is not available", async () => {
    const cohort = await openCohort(world);
    const { items } = await world.must<{ items: { kind: string; available: boolean; reason?: string }[] }>(
      "GET",
      `/v1/cohorts/${cohort.id}/plans?placeType=private`,
    );
    expect(items.map(({ kind, available: has }) => [kind, has])).toEqual([
      ["full", true],
      ["deposit_and_balance", true],
      ["installments", false],
    ]);
    const body = { cohortId: cohort.id, placeType: "private", plan: { kind: "installments", months: 3 } };
    expect((await world.api("POST", "/v1/quotes", { body })).body).toMatchObject({ code: "plan_not_available" });
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
