import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { keys } from "@clearing/store/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, signedClient, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("late money", () => {
  /** Pays by bank debit, which settles after the hold has lapsed. */
  async function paidTooLate(cohortId: string): Promise<Client> {
    const client = await signedClient(world, cohortId);
    expect(await client.pay("pm_usBankAccount_success")).toBe("processing");
    return client;
  }

  test("revives an expired booking while a place is free", async () => {
    const client = await paidTooLate((await openCohort(world)).id);
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    await expireByForce(client);
    await world.sim("DELETE", "/_sim/webhooks");
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000, refunded: 0 });
    await expectReconciled(world);
  });

  test("is refunded in full when the place has been sold to another client", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const client = await paidTooLate(cohort.id);
    await expireByForce(client);
    const other = new Client(world);
    expect((await other.deposit(cohort.id)).status).toBe("awaiting_clearance");
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000 });
    expect((await world.balances()).refunds_payable ?? 0).toBe(0);
    await expectReconciled(world);
  });

  /** Lapses the hold by writing to the table, because a debit never takes longer than the claim. */
  async function expireByForce(client: Client) {
    const endpoint = world.stack.dynamoDbUrl;
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: "us-east-1", credentials }));
    const TableName = world.stack.topology.tables.find(({ name }) => name.includes("core"))?.name;
    const Key = keys.booking(client.id);
    const { Item } = await db.send(new GetCommand({ TableName, Key }));
    const past = new Date(Date.parse(await world.now()) - 60_000).toISOString().replace(/\.\d+Z/, "Z");
    await db.send(new PutCommand({ TableName, Item: { ...Item, holdExpiresAt: past, dueAt: past } }));
    await db.send(
      new UpdateCommand({
        TableName,
        Key: keys.place(Item?.cohortId, "private", Item?.placeId),
        UpdateExpression: "SET claimedUntil = :past",
        ExpressionAttributeValues: { ":past": past },
      }),
    );
    await db.send(
      new UpdateCommand({
        TableName,
        Key: keys.participantLock(Item?.cohortId, client.email),
        UpdateExpression: "SET #until = :past",
        ExpressionAttributeNames: { "#until": "until" },
        ExpressionAttributeValues: { ":past": past },
      }),
    );
    await world.moveClock({ advance: "PT2M" });
    expect((await client.read()).status).toBe("expired");
  }
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
