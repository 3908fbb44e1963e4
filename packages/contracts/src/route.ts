import type * as z from "zod/mini";
import type { ProblemCode } from "./problem.ts";

export const roles = ["client", "clinician", "admin", "finance"] as const;
export type Role = (typeof roles)[number];

/** The Lambda function behind a route: one per audience. */
export type FunctionName = "catalogue" | "booking" | "checkout" | "admin" | "clinical" | "finance" | "webhook";

/**
 * One answer of a route: JSON of a schema unless `contentTypes` says otherwise; none of them is an answer without a body.
 * `headers` are those that only this answer carries, each with its description.
 */
export type ResponseDefinition = {
  description: string;
  schema?: z.ZodMiniType;
  contentTypes?: readonly string[];
  headers?: Readonly<Record<string, string>>;
};

/** How many requests the gateway lets through: so many a second, and at most so many at once. */
export type Throttle = { ratePerSecond: number; burst: number };

/** Of what anybody may ask for and nobody needs often: documents, calculators, and the way back from Stripe's page. */
export const seldomAsked: Throttle = { ratePerSecond: 50, burst: 100 };

/**
 * One route of the HTTP API: what it takes, who may call it, what it answers. The handler, the OpenAPI document and the
 * gateway's routes are all made from it.
 */
export type Route = {
  operationId: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` for path parameters. */
  path: string;
  function: FunctionName;
  access: "public" | readonly Role[];
  /** Given the bytes as they came: its handler is the first to judge them. */
  raw?: true;
  /** A page for a browser: when it fails, a page says so with 503, never a problem. */
  page?: true;
  /** A page that people come to by a link: what mail programs and trackers add to its query is ignored. */
  linked?: true;
  /** Whether an `Idempotency-Key` is ignored, accepted, or asked for. */
  idempotency: "none" | "accepted" | "required";
  summary: string;
  /** Without it the stage's own throttle. */
  throttle?: Throttle;
  params?: z.ZodMiniType;
  query?: z.ZodMiniType;
  headers?: z.ZodMiniType;
  body?: z.ZodMiniType;
  /** Made when the document is: no request needs them, and a cold start should not pay for them. */
  responses: () => Readonly<Record<number, ResponseDefinition>>;
  /** What its handler refuses. What any request can meet before the handler is in `refusalsOf`. */
  errors: readonly ProblemCode[];
};

/** Keeps a route's literal types, so that its handler is given exactly what its schemas parse. */
export const defineRoute = <const R extends Route>(route: R): R => route;
