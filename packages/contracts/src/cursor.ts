/** Where a page of a list ended, opaque to its reader: the parts that the list itself put into it. */
export const encodeCursor = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString("base64url");

/** The parts of a cursor; null for none, and for what is none. */
export function decodeCursor(cursor: string | undefined): string[] | null {
  if (cursor === undefined) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const sound = Array.isArray(parts) && parts.length > 0 && parts.every((part) => typeof part === "string" && part);
    return sound ? parts : null;
  } catch {
    return null;
  }
}
