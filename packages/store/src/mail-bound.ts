import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mailboxKey, personKey } from "@clearing/domain/person";
import { dateIn, epochSeconds } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import type { Store } from "./store.ts";

/** What is counted: mails about unpaid holds, or invitations by payer. */
export type MailKind = { kind: "hold" } | { kind: "invitation"; payer: string };

/** Invitations that one payer may send to one address per day. */
const mostOfOnePayer = 1;
const keptDays = 2;

/**
 * Counts a mail to an address and returns whether it may be sent. A mailbox gets at most `mostADay` mails of each kind
 * per UTC day, and one invitation per payer and address. The count is a set of mail ids, so a retried mail counts once.
 * Plus-addresses count with their mailbox.
 */
export async function countMail(
  store: Store,
  { to, mailId, mostADay, ...of }: MailKind & { to: string; mailId: string; mostADay: number },
): Promise<boolean> {
  const day = dateIn("UTC", store.clock.now());
  const count = (counted: string, most: number) =>
    countOne(store, { key: { pk: `MAIL#${mailboxKey(to)}`, sk: `${counted}#${day}` }, mailId, most });
  if (of.kind === "hold") return count("HOLD", mostADay);
  const ofPayer = `INVITATION#${personKey(of.payer)}#${personKey(to)}`;
  return (await count(ofPayer, mostOfOnePayer)) && count("INVITATION", mostADay);
}

type Counted = { key: { pk: string; sk: string }; mailId: string; most: number };

async function countOne(store: Store, { key, mailId, most }: Counted): Promise<boolean> {
  return conditionHeld(
    store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: key,
        UpdateExpression: "ADD mailIds :mail SET expiresAt = :expiresAt",
        ConditionExpression: "attribute_not_exists(mailIds) OR size(mailIds) < :most OR contains(mailIds, :mailId)",
        ExpressionAttributeValues: {
          ":mail": new Set([mailId]),
          ":mailId": mailId,
          ":most": most,
          ":expiresAt": epochSeconds(store.clock.now()) + keptDays * 86_400,
        },
      }),
    ),
  );
}
