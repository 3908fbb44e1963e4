import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { distOf } from "../../scripts/build.ts";
import { bundling } from "./bundling.ts";

type Response = { headers?: Record<string, { required?: boolean }>; content?: Record<string, object> };
type Operation = { responses: Record<string, Response>; "x-head"?: boolean };
export type OpenApi = { paths: Record<string, Record<string, Operation>> };

/** An answer: its body parsed if it was JSON, otherwise as text. */
export type Given = { status: number; headers: Headers; body: unknown };

/** Compares an answer's status, media type, headers and body with the document. Returns the difference, or null. */
export type Check = (method: string, path: string, given: Given) => string | null;

/** A check against an OpenAPI document. A schema is compiled at the first answer that uses it. */
export function checkAgainst(document: OpenApi): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, "openapi");
  const operationAt = matcher(document);
  const wrongIn = (pointer: string, body: unknown): string | null => {
    const validate = ajv.getSchema(`openapi#${pointer}`);
    if (validate === undefined) throw new Error(`the document has no schema at ${pointer}`);
    return validate(body) ? null : (validate.errors ?? []).map(described).join(", ");
  };

  return (method, path, { status, headers, body }) => {
    const type = headers.get("content-type")?.split(";")[0]?.trim() ?? "";
    const found = operationAt(method, path);
    if (found === null) {
      const wrong = wrongIn("/components/schemas/GatewayMessage", body);
      return status === 404 && type === "application/json" && wrong === null
        ? null
        : "no route, and no 404 of the gateway";
    }
    const response = found.operation.responses[status];
    if (response === undefined) return "this status is not documented";
    const missing = Object.entries(response.headers ?? {}).find(
      ([name, { required }]) => required && !headers.has(name),
    );
    if (missing !== undefined) return `the header ${missing[0]} is missing`;
    if (type === "text/html" && !headers.get("content-security-policy")?.includes("frame-ancestors 'none'")) {
      return "a page that other pages may frame";
    }
    if (response.content === undefined) return body === "" ? null : "a body where none is documented";
    if (response.content[type] === undefined) return `the media type ${type || "of nothing"} is not documented`;
    return wrongIn(pointerTo(found.pointer, "responses", String(status), "content", type, "schema"), body);
  };
}

const described = ({ instancePath, message, params }: ErrorObject) =>
  `${instancePath || "the body"} ${message} ${JSON.stringify(params)}`;

const pointerTo = (base: string, ...names: string[]) =>
  names.reduce((path, name) => `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, base);

type Found = { path: string; parameters: Record<string, string>; operation: Operation; pointer: string };

/**
 * The operation of a request by its decoded path, as the gateway matches it: an exact path before one with parameters.
 */
function matcher({ paths }: OpenApi) {
  const templates = Object.keys(paths)
    .sort((one, other) => one.split("{").length - other.split("{").length)
    .map((path) => ({
      path,
      pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`),
    }));
  return (method: string, url: string): Found | null => {
    const called = decoded(url.split("?")[0] ?? "");
    // HEAD is documented by the operation of GET, whose status and headers it has.
    const name = method === "HEAD" ? "get" : method.toLowerCase();
    for (const { path, pattern } of templates) {
      const operation = paths[path]?.[name];
      const match = pattern.exec(called);
      if (operation === undefined || match === null) continue;
      if (method === "HEAD" && !operation["x-head"]) continue;
      return { path, parameters: { ...match.groups }, operation, pointer: pointerTo("/paths", path, name) };
    }
    return null;
  };
}

/** Empty if the path cannot be decoded; no route is empty. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

/** The undocumented answers of this process, without duplicates. A test that got one fails at its end. */
export const undocumented = new Set<string>();

let served: { check: Check; find: ReturnType<typeof matcher> } | undefined;

/** The document that the stack serves, read once and only if an answer is checked. */
function servedDocument() {
  if (served === undefined) {
    const document = JSON.parse(readFileSync(join(distOf(bundling), "openapi.json"), "utf8"));
    served = { check: checkAgainst(document), find: matcher(document) };
  }
  return served;
}

let holding = false;

/**
 * Starts to check answers. Only a run that reads `undocumented` calls it: others would check for nobody, and in time
 * that they measure.
 */
export function holdAnswers(): void {
  holding = true;
}

/** Checks an answer of the API against the document, if the run checks answers. */
export function holdAgainstDocument(method: string, path: string, given: Given): void {
  if (!holding) return;
  const wrong = servedDocument().check(method, path, given);
  if (wrong !== null) undocumented.add(`${method} ${path} answered ${given.status}: ${wrong}`);
}

/** The route of a request, as the gateway names it in a function's event. */
export function routeOf(method: string, path: string): { routeKey: string; pathParameters: Record<string, string> } {
  const found = servedDocument().find(method, path);
  if (found === null) throw new Error(`the API has no route ${method} ${path}`);
  return { routeKey: `${method} ${found.path}`, pathParameters: found.parameters };
}
