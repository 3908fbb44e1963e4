/** Where a page of a list ended, opaque to its reader: the parts that the list itself put into it. */
export const encodeCursor = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString("base64url");

/** The parts of a cursor; null for none, and for what is none. */
export function decodeCursor(cursor: string | undefined): string[] | null {
  if (cursor === undefined) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parts) && parts.length > 0 && parts.every(isPart) ? parts : null;
  } catch {
    return null;
  }
}

/** A key of the database: neither an empty text nor one that cannot be written as UTF-8. */
const isPart = (part: unknown): part is string => typeof part === "string" && part !== "" && part.isWellFormed();
