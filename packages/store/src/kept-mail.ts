import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { epochSeconds } from "@clearing/domain/time";
import type { Store } from "./store.ts";

const keptDays = 30;

/**
 * Keeps a mail for 30 days in a stage without a mail domain, instead of sending it. The same mail id replaces itself.
 */
export async function keepMail(
  store: Store,
  { id, to, subject, text, html }: { id: string; to: string; subject: string; text: string; html: string },
): Promise<void> {
  const keptAt = store.clock.now();
  const expiresAt = epochSeconds(keptAt) + keptDays * 86_400;
  await store.client.send(
    new PutCommand({
      TableName: store.tables.core,
      Item: { pk: `MAIL#${id}`, sk: "KEPT", to, subject, text, html, keptAt, expiresAt },
    }),
  );
}
