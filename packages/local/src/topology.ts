import type { Pool } from "./issuers.ts";
import type { Policy, Statement } from "./policy.ts";
import { account, type Resource, region } from "./resource.ts";

export type TableSpec = {
  name: string;
  arn: string;
  hashKey: string;
  rangeKey: string | undefined;
  /** The input of CreateTable. */
  create: Record<string, unknown>;
  timeToLive: string | undefined;
  /** A customer managed key that a caller must be allowed to decrypt with. */
  kmsKeyArn: string | undefined;
  streamArn: string | undefined;
};
export type FunctionSpec = {
  /** The logical id, which is also the access key id of its calls. */
  id: string;
  label: string;
  name: string;
  arn: string;
  roleArn: string;
  folder: string;
  handler: string;
  timeoutMs: number;
  memory: number;
  environment: Record<string, string>;
  /** The statements of its role; `allows` evaluates them. */
  statements: readonly Statement[];
  allows: Policy;
};
/** The check before a route's function is called: a JWT authorizer, or a function. */
export type Authorizer =
  | { kind: "jwt"; issuer: string; audience: readonly string[] }
  | {
      kind: "function";
      id: string;
      functionId: string;
      /** Header names in lower case. All must be present, and their values are the key of the cached result. */
      headers: readonly string[];
      keptMs: number;
      /** Whether it answers `{isAuthorized}` instead of a policy. */
      simple: boolean;
    };

/** Requests per second, and the burst. */
export type Throttle = { ratePerSecond: number; burst: number };
export type RouteSpec = {
  key: string;
  functionId: string;
  authorizer: Authorizer | undefined;
  /** Undefined: no throttle. */
  throttle?: Throttle | undefined;
};
export type QueueSpec = {
  name: string;
  arn: string;
  url: string;
  visibilityMs: number;
  delayMs: number;
  redrive: { arn: string; maxReceives: number } | undefined;
};
export type TargetSpec = { arn: string; deadLetterArn: string | undefined };
export type RuleSpec = {
  name: string;
  busArn: string;
  pattern: Record<string, unknown>;
  targets: readonly TargetSpec[];
};
export type MappingSpec = {
  id: string;
  functionId: string;
  sourceArn: string;
  batchSize: number;
  maxConcurrency: number;
  filters: readonly Record<string, unknown>[];
  partialFailures: boolean;
  /** -1 means unlimited. */
  maxRetries: number;
  /** How long a stream record is retried, in milliseconds; -1 means unlimited. */
  maxAgeMs: number;
  bisect: boolean;
  onFailureArn: string | undefined;
};
export type ScheduleSpec = {
  name: string;
  expression: string;
  functionId: string;
  input: unknown;
  /** How often Lambda retries an asynchronous call. */
  retries: number;
  /** The destination to which Lambda reports a call after its last failure. */
  onFailureArn: string | undefined;
};

/** The bus of every account, on which AWS's own services publish. */
export const defaultBus = { name: "default", arn: `arn:aws:events:${region}:${account}:event-bus/default` };

/** The template's content in the terms of the parts that run it. */
export type Topology = {
  tables: readonly TableSpec[];
  functions: readonly FunctionSpec[];
  apiId: string;
  httpStage: string;
  routes: readonly RouteSpec[];
  pools: readonly Pool[];
  queues: readonly QueueSpec[];
  buses: readonly { name: string; arn: string }[];
  rules: readonly RuleSpec[];
  mappings: readonly MappingSpec[];
  schedules: readonly ScheduleSpec[];
  /** ARNs of secrets, with the value if the template contains one. */
  secrets: readonly { arn: string; value: string | undefined }[];
};

/** The logical id of the function that a resource refers to by name or ARN; stops the start if there is none. */
export type FunctionOf = (resource: Resource, reference: string) => string;

/** The ids of the functions whose queues are fed by scheduled functions: no rule feeds them. */
export function workersOfSchedules({ mappings, queues, rules }: Topology): Set<string> {
  const fed = new Set(rules.flatMap(({ targets }) => targets.map(({ arn }) => arn)));
  const sources = new Set(queues.map(({ arn }) => arn).filter((arn) => !fed.has(arn)));
  return new Set(mappings.filter(({ sourceArn }) => sources.has(sourceArn)).map(({ functionId }) => functionId));
}
