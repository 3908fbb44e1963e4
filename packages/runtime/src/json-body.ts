/** A body as JSON, or the error: `path` is the place in the body, empty for the whole body. */
export type JsonBody = { ok: true; value: unknown } | { ok: false; path: string; message: string };

/** The deepest body of the API is a program, whose itinerary blocks are six levels deep. */
const deepest = 20;
/** A program with sixty days of thirty blocks has about 9,000 values. */
const mostValues = 20_000;

/**
 * Parses a body and checks its depth, its number of values and the well-formedness of all texts and field names, before
 * any code recurses into it or collects an error per value. `JSON.parse` itself does not recurse.
 */
export function readJson(bytes: Uint8Array): JsonBody {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { ok: false, path: "", message: "Must be valid JSON" };
  }
  const wrong = boundsError(value);
  return wrong === null ? { ok: true, value } : { ok: false, ...wrong };
}

type Branch = { value: unknown; path: string; depth: number };

function boundsError(body: unknown): { path: string; message: string } | null {
  const left: Branch[] = [{ value: body, path: "", depth: 0 }];
  let count = 0;
  for (let branch = left.pop(); branch !== undefined; branch = left.pop()) {
    const { value, path, depth } = branch;
    if (typeof value === "string" && !value.isWellFormed()) return { path, message: `Must ${wellFormed}` };
    if (typeof value !== "object" || value === null) continue;
    if (depth === deepest) return { path: "", message: `Must not be nested more than ${deepest} levels deep` };
    for (const [name, part] of Object.entries(value)) {
      count += 1;
      if (count > mostValues) return { path: "", message: `Must not contain more than ${mostValues} values` };
      if (!name.isWellFormed()) return { path, message: `Field names must ${wellFormed}` };
      left.push({ value: part, path: path === "" ? name : `${path}.${name}`, depth: depth + 1 });
    }
  }
  return null;
}

const wellFormed = "be valid Unicode, without unpaired surrogates";
