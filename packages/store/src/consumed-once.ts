import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { epochSeconds, plusSeconds } from "@clearing/domain/time";
import type { Store } from "./store.ts";

export type Consumed = "done" | "done_before";

/** Another delivery is processing the event, or crashed a moment ago. The message must be retried later. */
export class InProgress extends Error {
  override name = "InProgress";
}

const leaseSeconds = 60;
const keptDays = 90;

/**
 * Runs an effect outside the tables (a mail) once per event, guarded by a mark that goes from `sending` to `sent`.
 * After a crash between the effect and the second mark, a later delivery repeats the effect once the lease is over:
 * delivery is at least once, in practice nearly always once. `prefix` names the kind of mark, such as `MAIL`. Throws
 * `InProgress` while another delivery holds the lease.
 */
export async function consumedOnce(
  store: Store,
  mark: { prefix: string; eventId: string },
  effect: () => Promise<void>,
): Promise<Consumed> {
  const TableName = store.tables.core;
  // Identifies this delivery, so that a retried write whose answer was lost recognizes its own mark.
  const holder = store.ids.next("evt");
  const Key = { pk: `${mark.prefix}#${mark.eventId}`, sk: mark.prefix };
  const now = store.clock.now();
  const leaseUntil = plusSeconds(now, leaseSeconds);
  const expiresAt = epochSeconds(now) + keptDays * 86_400;
  try {
    await store.client.send(
      new PutCommand({
        TableName,
        Item: { ...Key, status: "sending", heldBy: holder, leaseUntil, expiresAt },
        // A `sent` mark has no lease.
        ConditionExpression: "attribute_not_exists(pk) OR heldBy = :holder OR leaseUntil <= :now",
        ExpressionAttributeValues: { ":holder": holder, ":now": now },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
  } catch (error) {
    const found = standing(error);
    if (found === null) throw error;
    if (found === "sent") return "done_before";
    throw new InProgress("event is in progress in another delivery");
  }
  try {
    await effect();
  } catch (error) {
    // The effect failed, so the next delivery need not wait for the lease.
    await store.client.send(freeMark(TableName, Key, holder)).catch(() => undefined);
    throw error;
  }
  await store.client.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: "SET #status = :sent REMOVE leaseUntil, heldBy",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":sent": "sent" },
    }),
  );
  return "done";
}

const freeMark = (TableName: string, Key: Record<string, string>, holder: string) =>
  new DeleteCommand({
    TableName,
    Key,
    ConditionExpression: "heldBy = :holder",
    ExpressionAttributeValues: { ":holder": holder },
  });

/** The status of the mark that failed the condition; null if the write failed for another reason. */
function standing(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") return null;
  const { Item } = error as { Item?: { status?: string | { S?: string } } };
  const status = Item?.status;
  return (typeof status === "object" ? status.S : status) ?? "sending";
}
