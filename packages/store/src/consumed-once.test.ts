import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { consumedOnce, InProgress } from "./consumed-once.ts";
import type { Store } from "./store.ts";

const mark = { prefix: "MAIL", eventId: "evt_1" };

/** The mark that fails the condition, as DynamoDB returns it. */
const standing = (status: string) =>
  new ConditionalCheckFailedException({ message: "no", $metadata: {}, Item: { status: { S: status } } });

type Command = PutCommand | UpdateCommand | DeleteCommand;

/** A store that records its writes; writes of one kind fail as the test says. */
function world(failing?: { writes: new (...input: never[]) => Command; with: Error }) {
  const sent: Command[] = [];
  const send = async (command: Command) => {
    sent.push(command);
    if (failing !== undefined && command instanceof failing.writes) throw failing.with;
    return {};
  };
  const parts = {
    tables: { core: "core" },
    ids: { next: () => "evt_2" },
    clock: { now: () => "2027-01-01T00:00:00Z" },
  };
  return { store: { ...parts, client: { send } } as unknown as Store, sent };
}

function effect() {
  const counted = {
    times: 0,
    run: async () => {
      counted.times += 1;
    },
  };
  return counted;
}

describe("an effect outside the tables", () => {
  test("is marked before it runs, and as done afterwards", async () => {
    const { store, sent } = world();
    const mail = effect();

    expect(await consumedOnce(store, mark, mail.run)).toBe("done");

    expect(mail.times).toBe(1);
    expect(sent.map(({ input }) => input)).toMatchObject([
      { Item: { pk: "MAIL#evt_1", status: "sending", leaseUntil: "2027-01-01T00:01:00Z" } },
      { Key: { pk: "MAIL#evt_1" }, ExpressionAttributeValues: { ":sent": "sent" } },
    ]);
  });

  test("does not run again once it is done", async () => {
    const { store } = world({ writes: PutCommand, with: standing("sent") });
    const mail = effect();

    expect(await consumedOnce(store, mark, mail.run)).toBe("done_before");
    expect(mail.times).toBe(0);
  });

  test("waits while another delivery runs it, or died a moment ago", async () => {
    const { store } = world({ writes: PutCommand, with: standing("sending") });
    const mail = effect();

    await expect(consumedOnce(store, mark, mail.run)).rejects.toThrow(InProgress);
    expect(mail.times).toBe(0);
  });

  test("frees its mark when it fails, so that the next delivery need not wait", async () => {
    const { store, sent } = world();

    const failing = consumedOnce(store, mark, async () => {
      throw new Error("the mail service is down");
    });

    await expect(failing).rejects.toThrow("down");
    expect(sent.map((command) => command.constructor)).toEqual([PutCommand, DeleteCommand]);
  });

  test("runs again if the last mark could not be written: at least once", async () => {
    const { store, sent } = world({ writes: UpdateCommand, with: new Error("gone") });
    const mail = effect();

    await expect(consumedOnce(store, mark, mail.run)).rejects.toThrow("gone");
    expect(mail.times).toBe(1);
    expect(sent.map((command) => command.constructor)).toEqual([PutCommand, UpdateCommand]);
  });

  test("does not run if the mark could not be written", async () => {
    const { store } = world({ writes: PutCommand, with: new Error("throttled") });
    const mail = effect();

    await expect(consumedOnce(store, mark, mail.run)).rejects.toThrow("throttled");
    expect(mail.times).toBe(0);
  });
});
