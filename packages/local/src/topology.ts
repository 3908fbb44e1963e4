import type { Pool } from "./issuers.ts";
import type { Policy, Statement } from "./policy.ts";
import { account, type Resource, region } from "./resource.ts";

export type TableSpec = {
  name: string;
  arn: string;
  hashKey: string;
  rangeKey: string | undefined;
  /** Input of CreateTable. */
  create: Record<string, unknown>;
  timeToLive: string | undefined;
  /** A customer-managed key that a caller must be allowed to decrypt with. */
  kmsKeyArn: string | undefined;
  streamArn: string | undefined;
};
export type FunctionSpec = {
  /** Logical id: the access key id that its calls are signed with. */
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
  /** Of its role's policies; `allows` decides by them. */
  statements: readonly Statement[];
  allows: Policy;
};
/** What the gateway asks before it calls a route's function: a token's own signature, or a function. */
export type Authorizer =
  | { kind: "jwt"; issuer: string; audience: readonly string[] }
  | {
      kind: "function";
      id: string;
      functionId: string;
      /** Names of headers, in lower case: all must be there, and their values are the key of the kept answer. */
      headers: readonly string[];
      keptMs: number;
      /** Whether it answers `{isAuthorized}` rather than a policy. */
      simple: boolean;
    };

/** Requests a second, and how many may come at once. */
export type Throttle = { ratePerSecond: number; burst: number };
export type RouteSpec = {
  key: string;
  functionId: string;
  authorizer: Authorizer | undefined;
  /** Without one the gateway lets everything through. */
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
  /** -1 is without end. */
  maxRetries: number;
  /** How long a stream record is tried, in milliseconds; -1 is without end. */
  maxAgeMs: number;
  bisect: boolean;
  onFailureArn: string | undefined;
};
export type ScheduleSpec = {
  name: string;
  expression: string;
  functionId: string;
  input: unknown;
  /** How often Lambda, which is called asynchronously, tries again by itself. */
  retries: number;
  /** Where Lambda reports a call that failed each time. */
  onFailureArn: string | undefined;
};

/** The bus that every account has, on which AWS's own services publish. */
export const defaultBus = { name: "default", arn: `arn:aws:events:${region}:${account}:event-bus/default` };

/** What the template says, in the words of the parts that play it. */
export type Topology = {
  tables: readonly TableSpec[];
  functions: readonly FunctionSpec[];
  apiId: string;
  stage: string;
  routes: readonly RouteSpec[];
  pools: readonly Pool[];
  queues: readonly QueueSpec[];
  buses: readonly { name: string; arn: string }[];
  rules: readonly RuleSpec[];
  mappings: readonly MappingSpec[];
  schedules: readonly ScheduleSpec[];
  /** Arns of secrets, with a value that the template itself gives. */
  secrets: readonly { arn: string; value: string | undefined }[];
};

/** The logical id of the function that a resource refers to by name or arn; stops the start if there is none. */
export type FunctionOf = (resource: Resource, reference: string) => string;

/** Ids of the functions that work on what scheduled functions hand out: no rule feeds their queue. */
export function workersOfSchedules({ mappings, queues, rules }: Topology): Set<string> {
  const fed = new Set(rules.flatMap(({ targets }) => targets.map(({ arn }) => arn)));
  const sources = new Set(queues.map(({ arn }) => arn).filter((arn) => !fed.has(arn)));
  return new Set(mappings.filter(({ sourceArn }) => sources.has(sourceArn)).map(({ functionId }) => functionId));
}
