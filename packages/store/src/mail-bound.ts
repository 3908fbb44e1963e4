import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { mailboxKey, personKey } from "@clearing/domain/person";
import { dateIn, epochSeconds } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import type { Store } from "./store.ts";

/** What is counted: a mail about an unpaid hold, or an invitation, by the address of who pays. */
export type MailKind = { kind: "hold" } | { kind: "invitation"; payer: string };

/** One payer's invitations of one address on one day. */
const mostOfOnePayer = 1;
const keptDays = 2;

/**
 * Counts a mail to an address, and says whether it may still go out: one mailbox gets `mostADay` of each kind on one day
 * (UTC) at the most. The mails' own ids are what is counted, so that one
 * that is tried again counts once; an address written with a plus counts with the others of its mailbox.
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
