import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { beginToCollect } from "@clearing/commands/collect";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collecting } from "../harness/collecting.ts";
import { interrupted } from "../harness/interrupted.ts";
import { occasionAt } from "../harness/journey.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";
import { oneDue, type Round } from "./one-charge.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

describe("a due that is collected, paid on its page, polled and notified at once (I5)", () => {
  test("is charged once, in whatever order", async () => {
    const ran: Round[] = [];
    for (let seed = 1; seed <= 12; seed++) ran.push(await oneDue(running.store, seed));

    expect(ran.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(new Set(ran.map(({ paidBy }) => paidBy))).toEqual(new Set(["try", "session"]));
  });
});

/**
 * A collector has decided to collect a due when another one begins, charges it and loses the answer. Returns how often
 * the due is charged in the end.
 */
async function chargesOfTwoCollectors(claiming: (store: Store) => Store): Promise<number> {
  const life = await collecting(running.store);
  const other = async () => {
    await life.begin();
    life.state.losesAnswers = true;
    await life.work();
    life.state.losesAnswers = false;
  };
  const store = claiming(interrupted(running.store, TransactWriteCommand, other));
  await beginToCollect(life.context.ids)(store, life.id, occasionAt(life.clock.now));
  await life.work();
  return life.intents.filter(({ charge }) => charge !== null).length;
}

/** Writes a booking's next version unconditionally, with its audit record. */
function withoutClaim(store: Store): Store {
  const { client } = store;
  const send = async (command: Parameters<typeof client.send>[0]) => {
    if (command instanceof TransactWriteCommand) {
      for (const { Put: put } of command.input.TransactItems ?? []) {
        delete put?.ConditionExpression;
        delete put?.ExpressionAttributeNames;
        delete put?.ExpressionAttributeValues;
      }
    }
    return client.send(command);
  };
  return { ...store, client: Object.assign(Object.create(client), { send }) };
}

describe("two collectors of one due (I5)", () => {
  test("charge it once: the second finds it claimed", async () => {
    expect(await chargesOfTwoCollectors((store) => store)).toBe(1);
  });

  test("control: without the claim they charge it twice", async () => {
    expect(await chargesOfTwoCollectors(withoutClaim)).toBe(2);
  });
});
