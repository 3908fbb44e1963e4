import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("holding a place at the same moment", () => {
  test("of ten clients who want the last place, one gets it, and nine are refused as sold out", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const clients = Array.from({ length: 10 }, () => new Client(world));
    const quotes = await Promise.all(clients.map((client) => client.quote(cohort.id)));
    const answers = await Promise.all(clients.map((client, index) => client.tryHold(quotes[index] ?? "")));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === "sold_out")).toHaveLength(9);
    expect(await world.available(cohort.id)).toBe(0);
  });

  test("the same request with the same key has one effect and one answer", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const quote = await client.quote(cohort.id);
    const first = await client.tryHold(quote, "one-key");
    const second = await client.tryHold(quote, "one-key");
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(await world.available(cohort.id)).toBe(3);
    const other = await client.tryHold(await client.quote(cohort.id), "one-key");
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_mismatch" } });
  });

  test("a hundred equal requests with one key at the same time have one effect and one answer", async () => {
    const cohort = await openCohort(world);
    const client = new Client(world);
    const quote = await client.quote(cohort.id);
    const hold = async () => {
      for (let calls = 1; ; calls++) {
        const answer = await client.tryHold(quote, "at-once");
        // What a client repeats: on a slow machine the time for a hold, or for a call to the database, may run out.
        if (calls === 5 || !["conflict", "unavailable"].includes(answer.body.code)) return answer;
      }
    };
    const answers = await Promise.all(Array.from({ length: 100 }, hold));
    expect([...new Set(answers.map(({ status, body }) => `${status} ${body.code ?? body.id}`))]).toHaveLength(1);
    expect(answers[0]).toMatchObject({ status: 201, body: { status: "held" } });
    expect(await world.available(cohort.id)).toBe(3);
  });

  test("thirty equal requests for a session with one key all return the same session", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    await client.sign();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => client.tryCheckout({ purpose: "deposit" }, "at-once")),
    );
    const told = answers.filter(({ body }) => body.code !== "idempotency_in_progress");
    const later = await client.tryCheckout({ purpose: "deposit" }, "at-once");
    expect(later.status).toBe(200);
    expect(told.map(({ body }) => body)).toEqual(told.map(() => later.body));
  });
});

describe("cancellations at the same moment", () => {
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
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
