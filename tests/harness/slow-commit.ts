import { type Instant, plusSeconds } from "@clearing/domain/time";
import type { Store } from "@clearing/store/store";

type Client = Pick<Store["client"], "send">;

/** A store at an instant that the test moves. Waiting moves it too; `waited` is the total in seconds. */
export function storeAt(store: Store, start: Instant, client: Client = store.client) {
  const time = { now: start, waited: 0 };
  const sleep = async (milliseconds: number) => {
    time.waited += milliseconds / 1_000;
    time.now = plusSeconds(time.now, milliseconds / 1_000);
  };
  const moved: Store = { ...store, client: client as Store["client"], sleep, clock: { now: () => time.now } };
  return { store: moved, time };
}

/** A commit that is stamped at an instant and reaches DynamoDB when `land` is called. */
export function slowly<Result>(store: Store, at: Instant, write: (slow: Store) => Promise<Result>) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const client = {
    send: async (...request: Parameters<Client["send"]>) => {
      await opened;
      return store.client.send(...request);
    },
  } as unknown as Client;
  const writing = write(storeAt(store, at, client).store);
  return {
    async land(): Promise<Result> {
      open();
      return writing;
    },
  };
}
