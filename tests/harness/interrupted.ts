import type { Store } from "@clearing/store/store";

/** The store with something that happens just before a command of this kind is sent: the first one, or the `nth`. */
export function interrupted(
  store: Store,
  kind: abstract new (...input: never[]) => object,
  happens: () => Promise<unknown>,
  nth = 1,
): Store {
  const { client } = store;
  let sent = 0;
  const send = async (command: Parameters<typeof client.send>[0]) => {
    if (command instanceof kind && ++sent === nth) await happens();
    return client.send(command);
  };
  return { ...store, client: Object.assign(Object.create(client), { send }) };
}

/** The store, which sends commands of this kind twice: the first answer is lost, and the client retries. */
export function answersLost(store: Store, kind: abstract new (...input: never[]) => object): Store {
  const { client } = store;
  const send = async (command: Parameters<typeof client.send>[0]) => {
    if (command instanceof kind) await client.send(command);
    return client.send(command);
  };
  return { ...store, client: Object.assign(Object.create(client), { send }) };
}
