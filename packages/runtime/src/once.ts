import { BatchGetCommand, GetCommand, QueryCommand, TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import type { Deps } from "./deps.ts";

/**
 * Dependencies for a request whose answer may be stored already. Reads start at once; writes and calls of Stripe wait
 * until `isNew` resolves, which means that the request is not a repetition. If `isNew` rejects, they reject with the
 * same error.
 */
export function changingOnlyWhen<D extends Deps>(isNew: () => Promise<void>, deps: D): D {
  const { store, gateway } = deps;
  const client = new Proxy(store.client, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name);
      if (name !== "send" || typeof member !== "function") return member;
      return async (command: unknown, ...rest: unknown[]) => {
        if (!isRead(command)) await isNew();
        return Reflect.apply(member, of, [command, ...rest]);
      };
    },
  });
  return { ...deps, store: { ...store, client }, ...(gateway && { gateway: afterwards(gateway, isNew) }) };
}

const isRead = (command: unknown): boolean =>
  command instanceof GetCommand ||
  command instanceof BatchGetCommand ||
  command instanceof QueryCommand ||
  command instanceof TransactGetCommand;

/** The same methods, each of which waits for `first`. */
function afterwards<Port extends object>(port: Port, first: () => Promise<void>): Port {
  return new Proxy(port, {
    get: (of, name) => {
      const member: unknown = Reflect.get(of, name);
      if (typeof member !== "function") return member;
      return async (...given: unknown[]) => {
        await first();
        return Reflect.apply(member, of, given);
      };
    },
  });
}
