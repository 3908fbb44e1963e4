import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { vi } from "vitest";

/** Lets something happen just before the next transaction of this kind is sent: between a read and its write. */
export function justBefore(kind: RegExp, happens: () => Promise<unknown>): void {
  const { send } = DynamoDBDocumentClient.prototype;
  const spy = vi.spyOn(DynamoDBDocumentClient.prototype, "send").mockImplementation(async function (
    this: DynamoDBDocumentClient,
    command: object,
  ) {
    if (command instanceof TransactWriteCommand && kind.test(JSON.stringify(command.input))) {
      spy.mockRestore();
      await happens();
    }
    return Reflect.apply(send, this, [command]);
  } as never);
}
export const anyWrite = /./;
