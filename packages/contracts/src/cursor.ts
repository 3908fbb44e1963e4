import { isInstant } from "@clearing/domain/time";

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

/** Whether the parts of a cursor are a place in its list. */
export type IsPlace = (parts: readonly string[]) => boolean;

/** A place in an index of keys: the item's two keys, and its sort key in the index. */
export const isKeyPlace: IsPlace = (parts) => parts.length === 3;

/** A place in a list by the instants of commits: `<instant>#<id>`, of ids that are written so. */
export function stampedPlace(id: RegExp): IsPlace {
  const known = new RegExp(`^#(?:${id.source})$`);
  const instantLength = "2027-03-01T17:00:00Z".length;
  return ([place = "", ...more]) =>
    more.length === 0 && isInstant(place.slice(0, instantLength)) && known.test(place.slice(instantLength));
}
