import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { type Booking, isForOneself } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import { epochSeconds, type Instant } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * Why mail does not reach an address: it bounced permanently, the recipient reported spam, or the mail service refused
 * it.
 */
export type Undeliverable = { kind: "bounced" | "complained" | "refused"; at: Instant };

const keptDays = 400;
const keyOf = (email: string) => ({ pk: `BOUNCE#${personKey(email)}`, sk: "BOUNCE" });

/**
 * Notes for 400 days, under a digest of the address, that a mail was not delivered. The latest note wins, whatever
 * order they arrive in.
 */
export async function noteUndeliverable(store: Store, email: string, { kind, at }: Undeliverable): Promise<void> {
  const expiresAt = epochSeconds(at) + keptDays * 86_400;
  await conditionHeld(
    store.client.send(
      new PutCommand({
        TableName: store.tables.core,
        Item: { ...keyOf(email), kind, at, expiresAt },
        ConditionExpression: "attribute_not_exists(pk) OR #at < :at OR (#at = :at AND kind < :kind)",
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: { ":at": at, ":kind": kind },
      }),
    ),
  );
}

/**
 * Which recipients of a booking mail is known not to reach. A person who pays and takes part is listed as the payer.
 */
export async function readUndeliverable(
  store: Store,
  booking: Pick<Booking, "owner" | "participant">,
): Promise<(Undeliverable & { recipient: "payer" | "participant" })[]> {
  const { owner, participant } = booking;
  const people = [
    { recipient: "payer", email: owner.email } as const,
    ...(isForOneself(booking) ? [] : [{ recipient: "participant", email: participant.email } as const]),
  ];
  const found = await Promise.all(
    people.map(async ({ recipient, email }) => {
      const known = await readItem(store, keyOf(email), (item) => item as Undeliverable);
      return known === null ? [] : [{ recipient, kind: known.kind, at: known.at }];
    }),
  );
  return found.flat();
}
