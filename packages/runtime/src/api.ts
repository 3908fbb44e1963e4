import middy from "@middy/core";
import type { Context as LambdaContext } from "aws-lambda";
import { problemResponse, type Refusal, type Reply, responseOf } from "./answer.ts";
import type { Binding } from "./binding.ts";
import { type Bound, boundary, requestLog } from "./boundary.ts";
import type { Deps, DepsFactory, NotConfigured } from "./deps.ts";
import { bodyOf, type HttpEvent, type HttpResult, headersOf, logOf, resultOf } from "./http-event.ts";
import { serve } from "./serve.ts";

export type { Answer, Refusal, Reply } from "./answer.ts";
export type { Caller } from "./caller.ts";

/**
 * The Lambda handler of an HTTP function. It serves the route that the gateway matched and authorized, and parses no
 * path. Every request passes the same checks in the same order (caller, role, size, schemas, idempotency). Every
 * failure becomes problem+json, or the page's own error page.
 */
export function httpHandler<D extends Deps>(depsFactory: DepsFactory<D>, bindings: readonly Binding<D>[]) {
  const served = new Map<string, Binding<D>>(
    bindings.flatMap((binding) => {
      const { method, path, alsoHead } = binding.route;
      const methods = alsoHead ? [method, "HEAD"] : [method];
      return methods.map((one) => [`${one} ${path}`, binding] as const);
    }),
  );
  const bindingOf = ({ routeKey }: HttpEvent) => served.get(routeKey);
  return stack(async (event) => {
    const binding = bindingOf(event);
    if (binding === undefined) return problemResponse({ refused: "not_found" });
    const deps = await depsFactory(event.requestContext.requestId);
    if ("notConfigured" in deps) return notConfigured(event, binding);
    const { pathParameters: params = {}, rawQueryString: query = "" } = event;
    return serve(deps, binding, event, { params, query, headers: headersOf(event), body: bodyOf(event) });
  }, bindingOf);
}

/** A request before parsing: its bytes as sent, header names in lower case. */
export type RawHttpRequest = { headers: Readonly<Record<string, string | undefined>>; body: Uint8Array };

/**
 * The Lambda handler of a route that verifies the raw bytes itself, such as a webhook. Nothing is checked before it.
 */
export function rawHttpHandler<D extends Deps>(
  depsFactory: (correlationId: string) => Promise<D>,
  answer: (request: RawHttpRequest, deps: D) => Promise<Reply | Refusal | Pick<NotConfigured, "notConfigured">>,
) {
  return stack(async (event) => {
    const deps = await depsFactory(event.requestContext.requestId);
    const answered = await answer({ headers: headersOf(event), body: bodyOf(event) }, deps);
    if ("notConfigured" in answered) return notConfigured(event);
    return "refused" in answered ? problemResponse(answered) : responseOf(answered);
  });
}

/**
 * The response until an operator has stored Stripe's secret: nobody can pay yet, and Stripe must deliver again later.
 * The metric lets the 5xx alarms subtract these responses (infra/stacks/operations.ts).
 */
function notConfigured(event: HttpEvent, { failed }: Pick<Binding, "failed"> = {}): Response {
  const log = logOf(event);
  log.info("stripe not configured");
  log.metric("StripeNotConfigured", 1, "Count", { route: event.routeKey });
  return failed ? responseOf(failed(503)) : problemResponse({ refused: "payment_provider_unavailable" });
}

function stack(
  respond: (event: HttpEvent) => Response | Promise<Response>,
  bindingOf: (event: HttpEvent) => Bound | undefined = () => undefined,
) {
  const handle = async (event: HttpEvent): Promise<HttpResult> => resultOf(await respond(event));
  return middy<HttpEvent, HttpResult, Error, LambdaContext>(handle)
    .use(requestLog())
    .use(boundary(bindingOf))
    .use(withoutBodyOfHead());
}

/** An answer to HEAD has the status and headers of GET, and no body. */
function withoutBodyOfHead(): middy.MiddlewareObj<HttpEvent, HttpResult> {
  return {
    after: ({ event, response }) => {
      if (response && event.requestContext.http.method === "HEAD") response.body = "";
    },
  };
}
