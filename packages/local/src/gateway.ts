import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createAuthorizers, type Word } from "./authorizers.ts";
import { type GatewayResponse, httpApiEvent, httpApiResponse, type Told } from "./http-api-event.ts";
import type { Issuers } from "./issuers.ts";
import type { LambdaHost } from "./lambda-host.ts";
import { createThrottle } from "./throttle.ts";
import type { RouteSpec, Topology } from "./topology.ts";

const maxBody = 10 * 1024 * 1024;
const integrationTimeoutMs = 30_000;

type Options = {
  topology: Topology;
  lambda: LambdaHost;
  issuers: Issuers;
  now: () => number;
  /** Handles the stack's own requests before any route; returns true if it did. */
  own: (request: IncomingMessage, response: ServerResponse) => boolean;
};

/** API Gateway's HTTP API: routes, throttles, authorizers, proxy events and the gateway's own answers. */
export function createGateway({ topology, lambda, issuers, now, own }: Options): RequestListener {
  const match = compileRoutes(topology.routes);
  const passes = new Map(
    topology.routes.flatMap(({ key, throttle }) => (throttle ? [[key, createThrottle(throttle)] as const] : [])),
  );
  const { apiId, httpStage } = topology;
  const authorize = createAuthorizers({ issuers, invoke: lambda.invoke, apiId, httpStage, now });

  async function respond(request: IncomingMessage, body: Buffer): Promise<GatewayResponse> {
    const method = request.method ?? "GET";
    const [encoded = "/", query = ""] = (request.url ?? "/").split(/\?(.*)/s);
    const path = decodedPath(encoded);
    const found = path === undefined ? undefined : match(method, path);
    if (path === undefined || !found) return message(404, "Not Found");
    const { route, parameters } = found;
    if (passes.get(route.key)?.() === false) return message(429, "Too Many Requests");
    const requestId = randomUUID();
    const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
    const asked = { method, path, query, headers: request.headersDistinct, body, sourceIp };
    const matched = { routeKey: route.key, pathParameters: parameters, apiId, httpStage, requestId, now: now() };
    let told: Told | undefined;
    if (route.authorizer) {
      const { body: _body, isBase64Encoded: _encoded, ...event } = httpApiEvent(asked, matched);
      const header = (name: string) => request.headersDistinct[name]?.join(",");
      const word = await authorize(route.authorizer, { header, method, path, event });
      if (!word.allowed) return refusal(word);
      told = word.told;
    }
    const event = httpApiEvent(asked, matched, told);
    const invocation = await withTimeout(lambda.invoke(route.functionId, event));
    if (invocation === "late") return message(503, "Service Unavailable");
    const response = invocation.ok ? httpApiResponse(invocation.payload) : undefined;
    const answer = response ?? message(500, "Internal Server Error");
    answer.headers["apigw-requestid"] = requestId;
    return answer;
  }

  return (request, response) => {
    if (own(request, response)) return;
    readBody(request, maxBody)
      .then((body) =>
        body ? respond(request, body) : message(413, "Request Entity Too Large", { connection: "close" }),
      )
      .catch(() => message(500, "Internal Server Error"))
      .then(({ status, headers, body }) => {
        const empty = status === 204 || status === 304;
        response.writeHead(status, empty ? headers : { ...headers, "content-length": Buffer.byteLength(body) });
        response.end(request.method === "HEAD" || empty ? undefined : body);
      })
      .catch(() => response.destroy());
  };
}

const said = { 401: "Unauthorized", 403: "Forbidden", 500: "Internal Server Error" };

function refusal({ status, challenge }: Word & { allowed: false }): GatewayResponse {
  return message(status, said[status], challenge === undefined ? {} : { "www-authenticate": challenge });
}

function message(status: number, text: string, headers: Record<string, string> = {}): GatewayResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ message: text }),
  };
}

/** The whole body; undefined if it is larger than `limit` bytes. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

async function withTimeout<T>(work: Promise<T>): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), integrationTimeoutMs);
  });
  const result = await Promise.race([work, late]);
  clearTimeout(timer);
  return result;
}

type Match = { route: RouteSpec; parameters: Record<string, string> | undefined };

/**
 * Matches decoded paths. The most specific route wins: an exact path, then variables from the left, then a greedy
 * variable, then `$default`.
 */
export function compileRoutes(routes: readonly RouteSpec[]): (method: string, path: string) => Match | undefined {
  const compiled = routes
    .filter((route) => route.key !== "$default")
    .map((route) => {
      const [method = "ANY", path = "/"] = route.key.split(" ");
      const segments = path.split("/").slice(1);
      // The rank compares as text: exact segments before variables before a greedy one; a named method before ANY.
      const rank =
        segments.map((part) => (part.endsWith("+}") ? 2 : part.startsWith("{") ? 1 : 0)).join("") +
        (method === "ANY" ? 1 : 0);
      return { route, method, segments, rank };
    })
    .sort((one, other) => (one.rank < other.rank ? -1 : 1));
  const fallback = routes.find((route) => route.key === "$default");
  return (method, path) => {
    const parts = path.split("/").slice(1);
    for (const { route, method: wanted, segments } of compiled) {
      if (wanted !== method && wanted !== "ANY") continue;
      const parameters = matchSegments(segments, parts);
      if (parameters) return { route, parameters: Object.keys(parameters).length > 0 ? parameters : undefined };
    }
    return fallback && { route: fallback, parameters: undefined };
  };
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (segment.endsWith("+}")) {
      parameters[segment.slice(1, -2)] = parts.slice(index).join("/");
      return parameters;
    }
    if (segment.startsWith("{") && part !== "") parameters[segment.slice(1, -1)] = part;
    else if (segment !== part) return undefined;
  }
  return segments.length === parts.length ? parameters : undefined;
}

/**
 * HTTP APIs match the decoded path, in which an encoded slash separates segments like any other. Dot segments and empty
 * segments are kept. Undefined for a path that cannot be decoded and so matches no route.
 */
export function decodedPath(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
