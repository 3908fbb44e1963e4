import type { Told } from "./http-api-event.ts";
import type { Issuers } from "./issuers.ts";
import { compilePolicy, type Statement } from "./policy.ts";
import { account, region } from "./resource.ts";
import type { Invocation } from "./sandbox.ts";
import type { Authorizer } from "./topology.ts";

/** An authorizer's result for a request: the context for the function behind it, or the gateway's refusal. */
export type Word = { allowed: true; told: Told } | { allowed: false; status: 401 | 403 | 500; challenge?: string };

type Asked = {
  header(name: string): string | undefined;
  /** `GET/v1/bookings/bkg_1`: how a policy's resource names the request. */
  method: string;
  path: string;
  /** The proxy event of the request, without its body. */
  event: Record<string, unknown>;
};

type Options = {
  issuers: Issuers;
  invoke: (functionId: string, event: unknown) => Promise<Invocation>;
  apiId: string;
  httpStage: string;
  now: () => number;
};

const mostKept = 5_000;

/** Calls authorizers. A function's result is cached for its time across all routes, by the stack's clock. */
export function createAuthorizers({ issuers, invoke, apiId, httpStage, now }: Options) {
  const kept = new Map<string, { word: Answer; until: number }>();

  async function askFunction(authorizer: Authorizer & { kind: "function" }, asked: Asked): Promise<Word> {
    const identitySource = authorizer.headers.map(asked.header);
    if (identitySource.some((value) => !value)) return { allowed: false, status: 401 };
    const key = JSON.stringify([authorizer.id, identitySource]);
    const routeArn = `arn:aws:execute-api:${region}:${account}:${apiId}/${httpStage}/${asked.method}${asked.path}`;
    const known = kept.get(key);
    if (known && known.until > now()) return wordOf(known.word, authorizer.simple, routeArn);
    const said = await invoke(authorizer.functionId, {
      ...asked.event,
      type: "REQUEST",
      routeArn,
      identitySource,
    });
    if (!said.ok) return { allowed: false, status: said.errorMessage === "Unauthorized" ? 401 : 500 };
    const answer: unknown = JSON.parse(said.payload ?? "null");
    if (!isAnswer(answer)) return { allowed: false, status: 500 };
    if (kept.size >= mostKept) kept.clear();
    if (authorizer.keptMs > 0) kept.set(key, { word: answer, until: now() + authorizer.keptMs });
    return wordOf(answer, authorizer.simple, routeArn);
  }

  return async (authorizer: Authorizer, asked: Asked): Promise<Word> => {
    if (authorizer.kind === "function") return askFunction(authorizer, asked);
    const token = asked.header("authorization")?.replace(/^Bearer\s+/i, "");
    const claims = token ? await issuers.verify(token, authorizer) : undefined;
    if (claims) return { allowed: true, told: { jwt: claims } };
    return { allowed: false, status: 401, challenge: token ? 'Bearer error="invalid_token"' : "Bearer" };
  };
}

type Answer = {
  isAuthorized?: unknown;
  policyDocument?: { Statement: Statement[] };
  context?: Record<string, unknown>;
};

const isAnswer = (value: unknown): value is Answer => typeof value === "object" && value !== null;

function wordOf({ isAuthorized, policyDocument, context }: Answer, simple: boolean, routeArn: string): Word {
  const shaped = simple ? typeof isAuthorized === "boolean" : policyDocument?.Statement !== undefined;
  if (!shaped) return { allowed: false, status: 500 };
  const allowed = simple
    ? isAuthorized === true
    : compilePolicy(policyDocument?.Statement ?? [])("execute-api:Invoke", routeArn);
  return allowed ? { allowed: true, told: { lambda: context ?? null } } : { allowed: false, status: 403 };
}
