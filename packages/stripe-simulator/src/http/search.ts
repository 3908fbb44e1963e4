import type { ObjectType, StoredObjects } from "../objects.ts";
import type { World } from "../world.ts";
import { integer, required, text } from "./params.ts";
import { invalidRequest } from "./stripe-error.ts";

export const searchParams = { query: required(text()), limit: integer({ min: 1, max: 100 }), page: text() };

/** Changes of the last minute are not searchable yet. Source: docs.stripe.com/search, "Data freshness". */
const lagSeconds = 60;

type Clause = { path: string[]; sign: string; value: string; not: boolean };
const searchClause = /^(-?)([a-z_.]+)(?:\[(["'])(.*?)\3\])?(:|~|>=|<=|>|<)(?:(["'])(.*?)\6|(null|-?\d+))$/;

/** A subset of Stripe's query language: `status:"succeeded" AND metadata["k"]:"v"`, `-`, `~`, numeric comparison. */
function parseQuery(query: string): { clauses: Clause[]; any: boolean } {
  const words = query.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  const joins = new Set(words.filter((word) => word === "AND" || word === "OR"));
  if (joins.size > 1)
    throw invalidRequest("We do not support combining AND and OR in one search query.", { param: "query" });
  const clauses = words
    .filter((word) => word !== "AND" && word !== "OR")
    .map((word) => {
      const match = searchClause.exec(word);
      if (!match) throw invalidRequest(`We were unable to parse your search query near ${word}.`, { param: "query" });
      const [, not, field = "", , key, sign = ":", , quoted, bare] = match;
      return {
        path: key === undefined ? field.split(".") : [field, key],
        sign,
        value: quoted ?? bare ?? "",
        not: not === "-",
      };
    });
  if (clauses.length === 0) throw invalidRequest("The search query is empty.", { param: "query" });
  return { clauses, any: joins.has("OR") };
}

function holds(object: unknown, { path, sign, value, not }: Clause): boolean {
  const found = path.reduce<unknown>(
    (inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name],
    object,
  );
  const test = () => {
    if (value === "null" && sign === ":") return found === null || found === undefined;
    if (found === null || found === undefined) return false;
    if (sign === ":") return String(found).toLowerCase() === value.toLowerCase();
    if (sign === "~") return String(found).toLowerCase().includes(value.toLowerCase());
    const difference = Number(found) - Number(value);
    if (sign === ">") return difference > 0;
    if (sign === ">=") return difference >= 0;
    return sign === "<" ? difference < 0 : difference <= 0;
  };
  return test() !== not;
}

export function search<T extends ObjectType>(
  world: World,
  type: T,
  url: string,
  asked: { query: string; limit?: number | undefined; page?: string | undefined },
) {
  const { clauses, any } = parseQuery(asked.query);
  const known = world.objects.all(type, {}, { changedBefore: world.seconds() - lagSeconds });
  const found = known.filter((object: StoredObjects[T]) =>
    any ? clauses.some((clause) => holds(object, clause)) : clauses.every((clause) => holds(object, clause)),
  );
  const from = asked.page === undefined ? 0 : Number(Buffer.from(asked.page, "base64url").toString());
  const to = from + (asked.limit ?? 10);
  const more = found.length > to;
  return {
    object: "search_result" as const,
    data: found.slice(from, to),
    has_more: more,
    next_page: more ? Buffer.from(String(to)).toString("base64url") : null,
    url,
  };
}
