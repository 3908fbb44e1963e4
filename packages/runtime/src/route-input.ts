import { fieldMessage } from "@clearing/contracts/field-message";
import type { Route } from "@clearing/contracts/route";
import { canonicalHash } from "@clearing/domain/canonical";
import type * as z from "zod/mini";
import { readJson } from "./json-body.ts";

type Parsed<R, Part extends string, Absent> = R extends { readonly [P in Part]: infer S extends z.ZodMiniType }
  ? z.output<S>
  : Absent;

/** A handler's input: each part as its schema parsed it. */
export type InputOf<R extends Route> = {
  params: Parsed<R, "params", Record<string, never>>;
  query: Parsed<R, "query", Record<string, never>>;
  headers: Parsed<R, "headers", Record<string, never>>;
  body: Parsed<R, "body", undefined>;
};

export type FieldError = { path: string; message: string };

/** A request before validation. Header names are in lower case. */
export type RawRequest = {
  params: Readonly<Record<string, string | undefined>>;
  /** Percent-encoded. */
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
};

export type ReadRequest<R extends Route> =
  | { ok: true; input: InputOf<R>; fingerprint: string }
  | { ok: false; reason: "payload_too_large" }
  | { ok: false; reason: "validation_failed"; errors: FieldError[] };

const largestBody = 256 * 1024;
/** The maximum number of errors in an answer, and the maximum length of a path. */
const mostErrors = 100;
const longestPath = 200;

/**
 * Parses a request by the route's schemas. All invalid fields are reported at once, a field of the body by its bare
 * path (`participant.email`), others with their part (`query.limit`, `path.id`, `headers.access-purpose`). Refuses
 * `payload_too_large` above 256 KB, and `validation_failed`.
 */
export function readRequest<R extends Route>(route: R, request: RawRequest): ReadRequest<R> {
  if (request.body.byteLength > largestBody) return { ok: false, reason: "payload_too_large" };
  const errors: FieldError[] = [];
  const check = (schema: z.ZodMiniType | undefined, value: unknown, part: string): unknown => {
    if (schema === undefined) return {};
    const result = schema.safeParse(value, { error: fieldMessage });
    if (result.success) return result.data;
    for (const issue of result.error.issues) for (const error of fieldErrors(issue, part)) errors.push(error);
    return undefined;
  };

  const params = check(route.params, request.params, "path");
  const named = route.linked ? queryOfLink(route.query, request.query) : readQuery(route.query, request.query, errors);
  const query = check(route.query, named, "query");
  const headers = check(route.headers, pick(request.headers, fieldsOf(route.headers)), "headers");
  const json = readBody(route, request, errors);
  const body = route.body === undefined || json.malformed ? undefined : check(route.body, json.value, "");
  if (errors.length > 0)
    return { ok: false, reason: "validation_failed", errors: firstOfEach(errors).slice(0, mostErrors) };
  const input = { params, query, headers, body } as InputOf<R>;
  // The order of fields and white space do not change the fingerprint.
  return { ok: true, input, fingerprint: canonicalHash([named, json.value ?? null]) };
}

/** Each parameter may be given once; an unknown one is an error. */
function readQuery(schema: z.ZodMiniType | undefined, encoded: string, errors: FieldError[]): Record<string, string> {
  if (!isPercentEncoded(encoded)) {
    errors.push({ path: "query", message: "Must be percent-encoded UTF-8" });
    return {};
  }
  const known = fieldsOf(schema);
  const values: Record<string, string> = {};
  const query = new URLSearchParams(encoded);
  for (const name of new Set(query.keys())) {
    const path = pathOf("query", [name]);
    if (!known.includes(name)) {
      errors.push({ path, message: "Unknown parameter" });
      continue;
    }
    const given = query.getAll(name);
    if (given.length > 1) errors.push({ path, message: "Must be given only once" });
    else values[name] = given[0] ?? "";
  }
  return values;
}

/** Ignores unknown parameters: a person must see a page even if something was added to its link. */
function queryOfLink(schema: z.ZodMiniType | undefined, encoded: string): Record<string, string> {
  const query = new URLSearchParams(encoded);
  return pick(
    Object.fromEntries(query),
    fieldsOf(schema).filter((name) => query.has(name)),
  );
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Ignores the body of a route that takes none. */
function readBody(route: Route, request: RawRequest, errors: FieldError[]): { value?: unknown; malformed: boolean } {
  if (route.body === undefined) return { malformed: false };
  const refuse = (path: string, message: string) => {
    errors.push({ path, message });
    return { malformed: true };
  };
  if (request.body.byteLength === 0) return refuse("body", "A JSON body is required");
  const [mediaType = ""] = (request.headers["content-type"] ?? "").split(";");
  if (!/^application\/([\w.+-]+\+)?json$/i.test(mediaType.trim())) {
    return refuse("headers.content-type", "Must be application/json");
  }
  const json = readJson(request.body);
  return json.ok ? { value: json.value, malformed: false } : refuse(pathOf("", [json.path]), json.message);
}

/** The path of an invalid field. It is cut, because it can contain names that the client made up. */
const pathOf = (part: string, path: readonly PropertyKey[]): string =>
  ([part, ...path.map(String)].filter(Boolean).join(".") || "body").slice(0, longestPath).toWellFormed();

function fieldErrors(issue: z.core.$ZodIssue, part: string): FieldError[] {
  const { path, message } = issue;
  if (issue.code !== "unrecognized_keys") return [{ path: pathOf(part, path), message }];
  return issue.keys.map((key) => ({ path: pathOf(part, [...path, key]), message }));
}

/**
 * Keeps the first error of each field: a parameter given twice is also reported as missing, and an array instead of a
 * string also as too long.
 */
const firstOfEach = (errors: readonly FieldError[]): FieldError[] =>
  [...new Map(errors.toReversed().map((error) => [error.path, error])).values()].toReversed();

function fieldsOf(schema: z.ZodMiniType | undefined): string[] {
  return schema !== undefined && "shape" in schema ? Object.keys(schema.shape as object) : [];
}

function pick(values: Readonly<Record<string, string | undefined>>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}
