import { deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * Compresses a value for an attribute that no condition, index or update reads: DynamoDB bills each KB that an item
 * begins, in a transaction twice. The format is DEFLATE (RFC 1951) of the value's JSON, so text comes back byte for
 * byte.
 */
export const packed = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));

/** The value of a packed attribute. Throws if the attribute is not packed. */
export function unpacked<Value>(attribute: unknown): Value {
  if (!(attribute instanceof Uint8Array)) throw new Error("the attribute is not packed: it is not binary");
  return JSON.parse(inflateRawSync(attribute).toString()) as Value;
}
