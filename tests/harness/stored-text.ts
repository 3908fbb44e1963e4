import { unpacked } from "@clearing/store/packed";

/** Stored items as one searchable text, with packed values unpacked. */
export const storedText = (items: unknown): string =>
  JSON.stringify(items, function (this: Record<string, unknown>, name, value) {
    // JSON.stringify may have converted the bytes already; the item still has them.
    const stored = this[name];
    return stored instanceof Uint8Array ? unpacked(stored) : value;
  });
