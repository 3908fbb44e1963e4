import { afterAll, beforeAll, test } from "vitest";
import { expectDocumentedAnswers } from "../harness/every-request.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test("with a conflict for every transaction and every write of DynamoDB every route answers as documented, and the return page is HTML", () =>
  expectDocumentedAnswers("conflict", [200, 404, 409, 503], world));
