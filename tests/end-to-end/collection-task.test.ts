import { afterAll, beforeAll, expect, test } from "vitest";
import { firstDue, moveTo } from "../harness/autopay.ts";
import { Client, type Due, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test("a notice links to its payment, and staff get a task when no automatic step is left", async () => {
  const client = new Client(world);
  await client.confirm((await openCohort(world, { inDays: 60 })).id, "full");
  const due = (await firstDue(client)) as Due;
  await world.moveClock({ advance: "PT2M" });
  const [atOnce] = (await world.mails(client.email)).filter(({ subject }) =>
    subject.startsWith("Payment due tomorrow, "),
  );
  const path = new URL(/https?:\S+\/pay\/\S+/.exec(atOnce?.text ?? "")?.[0] ?? "http://none").pathname;
  expect(await world.api("GET", path)).toMatchObject({ status: 200, body: expect.stringContaining("$16,000.00") });

  await moveTo(world, due, 7, "19:00:00");
  const told = async () => (await world.events(client.id)).filter(({ type }) => type === "CollectionTaskOpened");
  expect(await told()).toEqual([]);
  await moveTo(world, due, 8, "19:00:00");
  expect((await told()).map(({ detail }) => detail.data.reason)).toEqual(["not_paid"]);
  const toOperator = (await world.mails("support@dev.clearing.example")).filter(({ text }) => text.includes(client.id));
  expect(toOperator.at(-1)).toMatchObject({ subject: "A payment needs your attention" });
});
