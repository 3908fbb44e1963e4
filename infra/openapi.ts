import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type FunctionName, functionNames } from "./grants.ts";

/** Requests per second, and the burst. */
export type Throttle = { ratePerSecond: number; burst: number };
/** The tokens that a route accepts: none, those of one user pool, or those of both. */
export type Audience = "public" | "clients" | "staff" | "both";
export type ApiRoute = {
  method: string;
  path: string;
  function: FunctionName;
  audience: Audience;
  /** The route's throttle; if undefined, the stage's applies. */
  throttle: Throttle | undefined;
};

type Operation = {
  "x-function"?: string;
  "x-throttle"?: Throttle;
  "x-head"?: boolean;
  security?: Record<string, unknown>[];
};
type OpenApi = { paths: Record<string, Record<string, Operation>> };

const methods = ["get", "post", "put", "patch", "delete"];

/**
 * The API's routes, from the OpenAPI document that the build writes from the contracts. There is no second table of
 * them.
 */
export function readRoutes(dist: string): readonly ApiRoute[] {
  const { paths } = readBuilt<OpenApi>(dist, "openapi.json");
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => methods.includes(method))
      .flatMap(([method, operation]) => {
        const name = functionNames.find((candidate) => candidate === operation["x-function"]);
        if (!name) throw new Error(`${method} ${path}: infra/grants.ts has no function ${operation["x-function"]}`);
        const route = {
          method: method.toUpperCase(),
          path,
          function: name,
          audience: audienceOf(operation.security),
          throttle: operation["x-throttle"],
        };
        // The gateway answers 404 to HEAD on a route of GET.
        return operation["x-head"] ? [route, { ...route, method: "HEAD" }] : [route];
      }),
  );
}

/** The user pools that an operation's security names. An operation without security requires a token of either pool. */
function audienceOf(security: Operation["security"]): Audience {
  const named = (scheme: string) => security === undefined || security.some((one) => scheme in one);
  if (named("clientToken")) return named("staffToken") ? "both" : "clients";
  return named("staffToken") ? "staff" : "public";
}

/** The JSON schema of each event's `detail`, by event name. */
export const readEventSchemas = (dist: string): Record<string, object> => readBuilt(dist, "events.json");

/** The codes of the currencies that programs may have. */
export const readCurrencies = (dist: string): readonly string[] => readBuilt(dist, "currencies.json");

function readBuilt<T>(dist: string, file: string): T {
  try {
    return JSON.parse(readFileSync(join(dist, file), "utf8"));
  } catch (cause) {
    throw new Error(`cannot read ${join(dist, file)}: run "npm run build" first`, { cause });
  }
}
