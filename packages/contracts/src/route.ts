import type * as z from "zod/mini";
import type { ProblemCode } from "./problem.ts";

export const roles = ["client", "clinician", "admin", "finance"] as const;
export type Role = (typeof roles)[number];

/** The Lambda function behind a route, one per audience. */
export type FunctionName = "catalogue" | "booking" | "checkout" | "admin" | "clinical" | "finance" | "webhook";

/**
 * One response of a route: JSON of its schema, unless `contentTypes` differs; empty `contentTypes` mean no body.
 * `headers` names those that are specific to this response.
 */
export type ResponseDefinition = {
  description: string;
  schema?: z.ZodMiniType;
  contentTypes?: readonly string[];
  headers?: readonly string[];
};

/** The gateway's limits: the steady rate per second, and the burst of requests at once. */
export type Throttle = { ratePerSecond: number; burst: number };

/** The limits of rarely used public routes: documents, calculators and the return from Stripe's page. */
export const seldomAsked: Throttle = { ratePerSecond: 50, burst: 100 };

/**
 * One route of the HTTP API: its inputs, who may call it, and its responses. The handler, the OpenAPI document and the
 * gateway's routes are all built from it.
 */
export type Route = {
  operationId: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path parameters are written `{name}`. */
  path: string;
  function: FunctionName;
  access: "public" | readonly Role[];
  /** The handler receives the raw body and is the first to validate it. */
  raw?: true;
  /** A page for a browser: invalid input shows a page with status 404, a failure one with status 503, never a problem. */
  page?: true;
  /**
   * A page that is opened from a link. Unknown query parameters are ignored, since mail programs and trackers add some.
   */
  linked?: true;
  /**
   * A GET route that also answers HEAD, without a body: mail scanners and link previews send it. API Gateway matches the
   * method exactly, so the template needs a route for it. The handler must only read.
   */
  alsoHead?: true;
  /** Whether an `Idempotency-Key` is ignored, accepted or required. */
  idempotency: "none" | "accepted" | "required";
  /** One sentence in the third person, with at most 80 characters and no period. */
  summary: string;
  /** What else a caller must know, in sentences. */
  description?: string;
  /** Defaults to the stage's limits. */
  throttle?: Throttle;
  params?: z.ZodMiniType;
  query?: z.ZodMiniType;
  headers?: z.ZodMiniType;
  body?: z.ZodMiniType;
  /** A function, so that the schemas are built only for the document and do not slow cold starts. */
  responses: () => Readonly<Record<number, ResponseDefinition>>;
  /** The refusals of the handler. Refusals before the handler are in `refusalsOf`. */
  errors: readonly ProblemCode[];
};

/** Keeps a route's literal types, so that its handler receives exactly what its schemas parse. */
export const defineRoute = <const R extends Route>(route: R): R => route;
