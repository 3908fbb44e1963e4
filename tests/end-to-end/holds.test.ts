import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Booking,
  Client,
  openCohort,
  type Problem,
  participantBody,
  startWorld,
  type World,
} from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("holding a place", () => {
  test("a participant has one live booking in a cohort, and a quote makes one booking", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const quote = await client.quote(cohort.id);
    expect((await client.tryHold(quote)).status).toBe(201);
    expect((await client.tryHold(quote)).body.code).toBe("quote_used");
    expect((await client.tryHold(await client.quote(cohort.id))).body.code).toBe("already_booked");
  });

  test("a client who holds the last place and asks again gets the id of their booking; others do not", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const client = new Client(world);
    const quote = await client.quote(cohort.id);
    const { id } = (await client.tryHold(quote)).body;
    const booked = { status: 409, body: { code: "already_booked", bookingId: id } };
    expect(await client.tryHold(await client.quote(cohort.id))).toMatchObject(booked);
    const asking = async (role: string, email: string) => {
      const body = { quoteId: await client.quote(cohort.id), participant: participantBody(client.email) };
      const token = await world.token(role, email);
      return world.api<Problem>("POST", "/v1/bookings", { token, key: `${role}-asks`, body });
    };
    expect(await asking("admin", "admin@example.com")).toMatchObject(booked);
    const stranger = await asking("client", "stranger@example.com");
    expect(stranger).toMatchObject({ status: 409, body: { code: "sold_out" } });
    expect(stranger.body).not.toHaveProperty("bookingId");
    client.id = id;
    await client.cancel();
    expect((await client.tryHold(quote)).body.code).toBe("quote_used");
    expect((await client.hold(cohort.id)).status).toBe("held");
  });

  test("a client may have two unpaid holds, and a refusal says when a third is possible", async () => {
    const cohorts = await Promise.all(Array.from({ length: 3 }, () => openCohort(world)));
    const [first = "", second = "", third = ""] = cohorts.map(({ id }) => id);
    const client = new Client(world);
    await client.hold(first);
    const { id } = await client.hold(second);
    const refused = await client.tryHold(await client.quote(third));
    expect(refused).toMatchObject({ status: 429, body: { code: "limit_exceeded", detail: expect.any(String) } });
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(25 * 60);
    expect(seconds).toBeLessThanOrEqual(30 * 60);
    const again = await client.tryHold(await client.quote(second));
    expect(again).toMatchObject({ status: 409, body: { code: "already_booked", bookingId: id } });
    await client.cancel();
    expect((await client.hold(third)).status).toBe("held");
  });

  test("after three unpaid holds in a cohort within a day, a client cannot hold a place there for a day", async () => {
    const [cohort, other] = await Promise.all([openCohort(world), openCohort(world)]);
    const client = new Client(world);
    for (let ended = 0; ended < 3; ended++) {
      await client.hold(cohort.id);
      await client.cancel();
    }
    const refused = await client.tryHold(await client.quote(cohort.id));
    expect(refused).toMatchObject({ status: 429, body: { code: "limit_exceeded" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(23 * 60 * 60);
    expect((await client.hold(other.id)).status).toBe("held");
  });

  test("a hold that an admin makes for a client does not count", async () => {
    const client = new Client(world);
    const token = await world.token("admin", "admin@example.com");
    const book = async () => {
      const quoteId = await client.quote((await openCohort(world)).id);
      const body = { quoteId, participant: participantBody(client.email) };
      return world.api<Booking>("POST", "/v1/bookings", { token, key: quoteId, body });
    };
    const booked = [await book(), await book(), await book()];
    expect(booked.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  test("when a hold lapses, it expires, its session closes, its place is for sale, and the client gets a mail", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const client = new Client(world);
    await client.hold(cohort.id);
    await client.sign();
    const session = await client.checkout();
    await world.moveClock({ advance: "PT40M" });
    expect((await client.read()).status).toBe("expired");
    expect(await world.available(cohort.id)).toBe(1);
    expect((await client.payOn(session)).status).toBe("expired");
    expect(await world.mail(client.email)).toContain("Your hold has expired");
    expect((await client.tryCheckout()).body.code).toBe("hold_expired");
    const next = new Client(world);
    expect((await next.hold(cohort.id)).status).toBe("held");
  });

  test("opening a session for the deposit extends the hold once, and a second request returns the same session", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const held = await client.hold(cohort.id);
    await client.sign();
    const first = await client.tryCheckout();
    const extended = await client.read();
    expect(Date.parse(extended.holdExpiresAt ?? "") - Date.parse(first.body.expiresAt)).toBe(5 * 60_000);
    expect(Date.parse(extended.holdExpiresAt ?? "")).toBeGreaterThan(Date.parse(held.holdExpiresAt ?? ""));
    const second = await client.tryCheckout({ purpose: "deposit", method: "us_bank_account" });
    expect(second.body.sessionId).toBe(first.body.sessionId);
    expect((await client.read()).holdExpiresAt).toBe(extended.holdExpiresAt);
  });

  test("an agreement is signed once: a repeated signature gets the same answer, a different one is refused", async () => {
    const client = new Client(world);
    const { agreement } = await client.hold((await openCohort(world)).id);
    const token = await client.token();
    const sign = (signature: string, autopay = false) => {
      const body = { hash: agreement.hash, signature, accepted: true, autopay };
      return world.api<Booking & Problem>("POST", `${client.path}/agreement`, { token, body });
    };
    const names = ["Sample Person", "Other Sample", "Third Sample"];
    const answers = await Promise.all(names.map((name) => sign(name)));
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(answers.filter(({ body }) => body.code === "agreement_signed")).toHaveLength(2);
    expect(await sign(names[winner] ?? "")).toMatchObject({ status: 200, body: answers[winner]?.body });
    expect((await sign(names[winner] ?? "", true)).body).toMatchObject({ code: "agreement_signed", status: 409 });
    expect(await world.must("GET", `${client.path}/agreement`, { token })).toMatchObject({
      signature: names[winner],
      autopay: false,
    });
  });

  test("a client cannot pay before the agreement is signed", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    await client.hold(cohort.id);
    expect(await client.tryCheckout()).toMatchObject({ status: 409, body: { code: "agreement_required" } });
  });

  test("a closed cohort and one past its clearance deadline are not on sale", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const quote = await client.quote(cohort.id);
    const token = await world.token("admin");
    await world.must("PATCH", `/v1/cohorts/${cohort.id}`, { token, body: { status: "closed" } });
    expect((await client.tryHold(quote)).body.code).toBe("not_on_sale");
    const soon = await openCohort(world, { inDays: 15 });
    await world.moveClock({ advance: "P3D" });
    const body = { cohortId: soon.id, placeType: "private", plan: { kind: "full" } };
    expect((await world.api("POST", "/v1/quotes", { body })).body).toMatchObject({ code: "not_on_sale" });
  });

  test("a participant under 18 on the first day, an impossible age and an expired quote are refused, each with its code", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const quoteId = await client.quote(cohort.id);
    const token = await client.token();
    for (const dateOfBirth of ["2015-01-01", "9999-12-31", "1800-01-01"]) {
      const body = { quoteId, participant: { ...participantBody(client.email), dateOfBirth } };
      const refused = await world.api("POST", "/v1/bookings", { token, key: "young", body });
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: "participant.dateOfBirth" }] } });
    }
    await world.moveClock({ advance: "PT25H" });
    expect((await client.tryHold(quoteId)).body.code).toBe("quote_expired");
  });

  test("a booking that an admin makes belongs to the client with that verified e-mail", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const quoteId = await client.quote(cohort.id);
    const admin = await world.token("admin");
    const made = await world.must<{ id: string }>("POST", "/v1/bookings", {
      token: admin,
      key: "for-somebody",
      body: { quoteId, participant: participantBody(client.email) },
    });
    client.id = made.id;
    expect((await client.read()).status).toBe("held");
    const token = await client.token();
    const { items } = await world.must<{ items: { id: string }[] }>("GET", "/v1/bookings", { token });
    expect(items.map(({ id }) => id)).toEqual([made.id]);
    // It is in one list with the client's own bookings, newest first, in pages of the requested length.
    const own = new Client(world, client.email);
    await own.hold((await openCohort(world)).id);
    type Page = { items: { id: string }[]; nextCursor: string };
    const first = await world.must<Page>("GET", "/v1/bookings?limit=1", { token });
    expect(first.items.map(({ id }) => id)).toEqual([own.id]);
    const second = await world.must<Page>("GET", `/v1/bookings?limit=1&cursor=${first.nextCursor}`, { token });
    expect(second.items.map(({ id }) => id)).toEqual([made.id]);
  });
});

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
