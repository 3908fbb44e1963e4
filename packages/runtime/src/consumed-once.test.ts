import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { consumedOnce, InProgress } from "./consumed-once.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const mark = { prefix: "MAIL", eventId: "evt_1" };

/** The mark that stands in the way, as DynamoDB hands it back. */
const standing = (status: string) =>
  new ConditionalCheckFailedException({ message: "no", $metadata: {}, Item: { status: { S: status } } });

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
  it("is marked before, and as done afterwards", async () => {
    const { deps, table } = fakeDeps();
    const mail = effect();

    expect(await consumedOnce(deps.store, mark, deps.clock, mail.run)).toBe("done");

    expect(mail.times).toBe(1);
    expect(table.commandCalls(PutCommand)[0]?.args[0].input.Item).toMatchObject({
      pk: "MAIL#evt_1",
      status: "sending",
      leaseUntil: "2027-01-01T00:01:00Z",
    });
    expect(table.commandCalls(UpdateCommand)[0]?.args[0].input.ExpressionAttributeValues).toEqual({ ":sent": "sent" });
  });

  it("does not happen again once it was done", async () => {
    const { deps, table } = fakeDeps();
    table.on(PutCommand).rejects(standing("sent"));
    const mail = effect();

    expect(await consumedOnce(deps.store, mark, deps.clock, mail.run)).toBe("done_before");
    expect(mail.times).toBe(0);
  });

  it("waits while another delivery is at it, or died at it a moment ago", async () => {
    const { deps, table } = fakeDeps();
    table.on(PutCommand).rejects(standing("sending"));
    const mail = effect();

    await expect(consumedOnce(deps.store, mark, deps.clock, mail.run)).rejects.toThrow(InProgress);
    expect(mail.times).toBe(0);
  });

  it("frees its mark when it fails, so that the next delivery need not wait", async () => {
    const { deps, table } = fakeDeps();

    const failing = consumedOnce(deps.store, mark, deps.clock, async () => {
      throw new Error("the mail service is down");
    });

    await expect(failing).rejects.toThrow("down");
    expect(table.commandCalls(DeleteCommand)).toHaveLength(1);
    expect(table.commandCalls(UpdateCommand)).toHaveLength(0);
  });

  it("comes again when the last mark could not be written: at least once", async () => {
    const { deps, table } = fakeDeps();
    table.on(UpdateCommand).rejects(new Error("gone"));
    const mail = effect();

    await expect(consumedOnce(deps.store, mark, deps.clock, mail.run)).rejects.toThrow("gone");
    expect(mail.times).toBe(1);
    expect(table.commandCalls(DeleteCommand)).toHaveLength(0);
  });

  it("does not begin when the mark could not be written", async () => {
    const { deps, table } = fakeDeps();
    table.on(PutCommand).rejects(new Error("throttled"));
    const mail = effect();

    await expect(consumedOnce(deps.store, mark, deps.clock, mail.run)).rejects.toThrow("throttled");
    expect(mail.times).toBe(0);
  });
});
