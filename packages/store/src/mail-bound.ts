import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mailboxKey } from "@clearing/domain/person";
import { dateIn } from "@clearing/domain/time";
import type { Store } from "./store.ts";

/** Mails of each kind that one mailbox gets on one day (UTC) at the most. */
const mostADay = 20;
const keptDays = 2;

/**
 * Counts a mail to an address, and says whether it may still go out. The mails' own ids are what is counted, so that one
 * that is tried again counts once; an address written with a plus counts with the others of its mailbox.
 */
export async function countMail(
  store: Store,
  { to, kind, mailId }: { to: string; kind: "hold" | "invitation"; mailId: string },
): Promise<boolean> {
  const now = store.clock.now();
  try {
    await store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: { pk: `MAIL#${mailboxKey(to)}`, sk: `${kind.toUpperCase()}#${dateIn("UTC", now)}` },
        UpdateExpression: "ADD mailIds :mail SET expiresAt = :expiresAt",
        ConditionExpression: "attribute_not_exists(mailIds) OR size(mailIds) < :most OR contains(mailIds, :mailId)",
        ExpressionAttributeValues: {
          ":mail": new Set([mailId]),
          ":mailId": mailId,
          ":most": mostADay,
          ":expiresAt": Math.floor(Date.parse(now) / 1000) + keptDays * 86_400,
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return false;
    throw error;
  }
}
