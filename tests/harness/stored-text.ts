import { unpacked } from "@clearing/store/packed";

/** Stored items as one text to search in, with what is packed in them in the clear. */
export const storedText = (items: unknown): string =>
  JSON.stringify(items, function (this: Record<string, unknown>, name, value) {
    // Bytes may have been given a form of their own by now: the item still has them.
    const stored = this[name];
    return stored instanceof Uint8Array ? unpacked(stored) : value;
  });
