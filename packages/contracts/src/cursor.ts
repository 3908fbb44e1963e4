import { isInstant } from "@clearing/domain/time";

/** An opaque cursor for the end of a list's page, from the parts that the list defines. */
export const encodeCursor = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString("base64url");

/** The parts of a cursor; null if there is no cursor or it is malformed. */
export function decodeCursor(cursor: string | undefined): string[] | null {
  if (cursor === undefined) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parts) && parts.length > 0 && parts.every(isPart) ? parts : null;
  } catch {
    return null;
  }
}

/** A part is a database key: a text that is not empty and can be written as UTF-8. */
const isPart = (part: unknown): part is string => typeof part === "string" && part !== "" && part.isWellFormed();

/** Whether the parts of a cursor are a position in its list. */
export type IsPlace = (parts: readonly string[]) => boolean;

/** A position in an index: the item's two keys and its sort key in the index. */
export const isKeyPlace: IsPlace = (parts) => parts.length === 3;

/** A position in a list ordered by instants of commits: `<instant>#<id>`, with ids of this form. */
export function stampedPlace(id: RegExp): IsPlace {
  const known = new RegExp(`^#(?:${id.source})$`);
  const instantLength = "2027-03-01T17:00:00Z".length;
  return ([place = "", ...more]) =>
    more.length === 0 && isInstant(place.slice(0, instantLength)) && known.test(place.slice(instantLength));
}
