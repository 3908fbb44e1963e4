import { createHash } from "node:crypto";
import type { Route } from "@clearing/contracts/route";
import type * as z from "zod/mini";

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
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
};

export type ReadRequest<R extends Route> =
  | { ok: true; input: InputOf<R>; fingerprint: string }
  | { ok: false; reason: "payload_too_large" }
  | { ok: false; reason: "validation_failed"; errors: FieldError[] };

const LARGEST_BODY = 256 * 1024;

/**
 * Parses a request by the route's schemas: every bad field is named at once, a field of the body by its bare path
 * (`participant.email`), the others with the part they are in (`query.limit`, `path.id`, `headers.access-purpose`).
 */
export function readRequest<R extends Route>(route: R, request: RawRequest): ReadRequest<R> {
  if (request.body.byteLength > LARGEST_BODY) return { ok: false, reason: "payload_too_large" };
  const errors: FieldError[] = [];
  const check = (schema: z.ZodMiniType | undefined, value: unknown, part: string): unknown => {
    if (schema === undefined) return {};
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    errors.push(...result.error.issues.flatMap((issue) => fieldErrors(issue, part)));
    return undefined;
  };

  const params = check(route.params, request.params, "path");
  const query = check(route.query, readQuery(route.query, request.query, errors), "query");
  const headers = check(route.headers, pick(request.headers, fieldsOf(route.headers)), "headers");
  const json = readJson(route, request, errors);
  const body = route.body === undefined || json.malformed ? undefined : check(route.body, json.value, "");
  if (errors.length > 0) return { ok: false, reason: "validation_failed", errors };
  return { ok: true, input: { params, query, headers, body } as InputOf<R>, fingerprint: fingerprintOf(json.value) };
}

/** Every named parameter once; one that the route does not know is an error, not silence. */
function readQuery(
  schema: z.ZodMiniType | undefined,
  query: URLSearchParams,
  errors: FieldError[],
): Record<string, string> {
  const known = fieldsOf(schema);
  const values: Record<string, string> = {};
  for (const name of new Set(query.keys())) {
    const given = query.getAll(name);
    const path = `query.${name}`;
    if (!known.includes(name)) errors.push({ path, message: "Unknown parameter" });
    else if (given.length > 1) errors.push({ path, message: "Given more than once" });
    else values[name] = given[0] ?? "";
  }
  return values;
}

function readJson(route: Route, request: RawRequest, errors: FieldError[]): { value?: unknown; malformed: boolean } {
  if (route.body === undefined && request.body.byteLength === 0) return { malformed: false };
  const text = decodeUtf8(request.body);
  if (text === "") {
    errors.push({ path: "body", message: "A JSON body is required" });
    return { malformed: true };
  }
  const [mediaType = ""] = (request.headers["content-type"] ?? "").split(";");
  if (!/^application\/([\w.+-]+\+)?json$/i.test(mediaType.trim())) {
    errors.push({ path: "headers.content-type", message: "Must be application/json" });
    return { malformed: true };
  }
  try {
    if (text === null) throw new SyntaxError();
    return { value: JSON.parse(text), malformed: false };
  } catch {
    errors.push({ path: "body", message: "Malformed JSON" });
    return { malformed: true };
  }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function fieldErrors(issue: z.core.$ZodIssue, part: string): FieldError[] {
  const at = (path: readonly PropertyKey[]) => [part, ...path.map(String)].filter(Boolean).join(".") || "body";
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: at([...issue.path, key]), message: "Unknown field" }));
  }
  return [{ path: at(issue.path), message: issue.message }];
}

function fieldsOf(schema: z.ZodMiniType | undefined): string[] {
  return schema !== undefined && "shape" in schema ? Object.keys(schema.shape as object) : [];
}

function pick(values: Readonly<Record<string, string | undefined>>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}

/** The same request written in another order of fields, or with other white space, has the same fingerprint. */
function fingerprintOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
}
