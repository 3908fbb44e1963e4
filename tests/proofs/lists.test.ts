import { listPublished, writeProgram } from "@clearing/store/program";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actor, sampleProgram } from "../harness/sample.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

const occasion = { actor, action: "sample", now: "2027-03-01T17:00:00Z" };
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

test("a page of a list is as long as was asked for, however much between its items is left out", async () => {
  const published: string[] = [];
  for (let index = 0; index < 120; index++) {
    const program = sampleProgram({ status: index % 30 === 29 ? "published" : "draft" });
    await writeProgram(running.store, null, program, [], occasion, null);
    if (program.status === "published") published.push(program.id);
  }

  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listPublished(running.store, { limit: 3, cursor });
    pages.push(page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);

  expect(pages).toEqual([published.slice(0, 3), published.slice(3)]);
  expect((await listPublished(running.store, { limit: 100 })).items).toHaveLength(4);
});
