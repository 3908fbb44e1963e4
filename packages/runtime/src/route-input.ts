import { fieldMessage } from "@clearing/contracts/field-message";
import type { Route } from "@clearing/contracts/route";
import { canonicalHash } from "@clearing/domain/canonical";
import type * as z from "zod/mini";
import { readJson } from "./json-body.ts";

type Parsed<R, Part extends string, Absent> = R extends { readonly [P in Part]: infer S extends z.ZodMiniType }
  ? z.output<S>
  : Absent;

/** What a route's handler is given: each part as its schema parsed it. */
export type InputOf<R extends Route> = {
  params: Parsed<R, "params", Record<string, never>>;
  query: Parsed<R, "query", Record<string, never>>;
  headers: Parsed<R, "headers", Record<string, never>>;
  body: Parsed<R, "body", undefined>;
};

export type FieldError = { path: string; message: string };

/** A request as it came, before anything is believed. Header names are in lower case. */
export type RawRequest = {
  params: Readonly<Record<string, string | undefined>>;
  /** Still percent-encoded. */
  query: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
};

export type ReadRequest<R extends Route> =
  | { ok: true; input: InputOf<R>; fingerprint: string }
  | { ok: false; reason: "payload_too_large" }
  | { ok: false; reason: "validation_failed"; errors: FieldError[] };

const largestBody = 256 * 1024;
/** An answer names no more bad fields than this, each by a path no longer than this. */
const mostErrors = 100;
const longestPath = 200;

/**
 * Parses a request by the route's schemas: every bad field is named at once, a field of the body by its bare path
 * (`participant.email`), the others with the part they are in (`query.limit`, `path.id`, `headers.access-purpose`).
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
  // The same request with its fields in another order, or with other white space, has the same fingerprint.
  return { ok: true, input, fingerprint: canonicalHash([named, json.value ?? null]) };
}

/** Every named parameter once; one that the route does not know is an error, not silence. */
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

/** Only what the route knows: a person is to see a page whatever was added to its link. */
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

/** The body of a route that takes none is not looked at. */
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

/** Where a bad field is; a client's own names are cut, so that an answer does not grow with what was sent. */
const pathOf = (part: string, path: readonly PropertyKey[]): string =>
  ([part, ...path.map(String)].filter(Boolean).join(".") || "body").slice(0, longestPath).toWellFormed();

function fieldErrors(issue: z.core.$ZodIssue, part: string): FieldError[] {
  const { path, message } = issue;
  if (issue.code !== "unrecognized_keys") return [{ path: pathOf(part, path), message }];
  return issue.keys.map((key) => ({ path: pathOf(part, [...path, key]), message }));
}

/** The first error of each field: one that is given twice is also missing, and an array in place of a string also too long. */
const firstOfEach = (errors: readonly FieldError[]): FieldError[] =>
  [...new Map(errors.toReversed().map((error) => [error.path, error])).values()].toReversed();

function fieldsOf(schema: z.ZodMiniType | undefined): string[] {
  return schema !== undefined && "shape" in schema ? Object.keys(schema.shape as object) : [];
}

function pick(values: Readonly<Record<string, string | undefined>>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}
