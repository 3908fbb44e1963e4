import type { Store } from "@clearing/store/store";

type Send = Store["client"]["send"];

/** The same store with `between` around each command to DynamoDB. */
export function intercepted(
  store: Store,
  between: (command: object, send: () => Promise<unknown>) => Promise<unknown>,
): Store {
  const { client } = store;
  const send = ((command: Parameters<Send>[0]) => between(command, () => client.send(command))) as Send;
  return { ...store, client: Object.assign(Object.create(client), { send }) };
}
