import type { Store } from "@clearing/store/store";

/** A store that counts its reads: the calls, and DynamoDB's read units. */
export function metered(store: Store): { store: Store; read: { units: number; calls: number } } {
  const read = { units: 0, calls: 0 };
  const send = async (command: Parameters<typeof store.client.send>[0]) => {
    Object.assign(command.input, { ReturnConsumedCapacity: "TOTAL" });
    const told = await store.client.send(command);
    const consumed = [(told as { ConsumedCapacity?: unknown }).ConsumedCapacity].flat();
    for (const one of consumed) {
      read.units += Number((one as { CapacityUnits?: number } | undefined)?.CapacityUnits ?? 0);
    }
    read.calls++;
    return told;
  };
  return { store: { ...store, client: Object.assign(Object.create(store.client), { send }) }, read };
}
