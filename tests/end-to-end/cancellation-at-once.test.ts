import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("cancellations by the client", () => {
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
