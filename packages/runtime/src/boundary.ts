import { refusalsOf } from "@clearing/contracts/refusals";
import type { Route } from "@clearing/contracts/route";
import type middy from "@middy/core";
import type { Context as LambdaContext } from "aws-lambda";
import { problemResponse, responseOf } from "./answer.ts";
import { isConflict, isOutage } from "./aws.ts";
import type { Binding } from "./binding.ts";
import { type HttpEvent, type HttpResult, logOf, resultOf } from "./http-event.ts";

export type Bound = Pick<Binding, "route" | "failed">;

/** Catches bugs and outages. The response, a problem or a page, tells nothing about the cause; the log does. */
export function boundary(
  bindingOf: (event: HttpEvent) => Bound | undefined,
): middy.MiddlewareObj<HttpEvent, HttpResult> {
  return {
    onError: async (request) => {
      const { error, event } = request;
      const { route, failed } = bindingOf(event) ?? {};
      const refused = refusalOf(error, route);
      logOf(event).error("request failed", error, { answered: refused });
      request.response = await resultOf(failed ? responseOf(failed(503)) : problemResponse({ refused }));
    },
  };
}

/**
 * A read that conflicted with a transaction can simply be sent again: `conflict` only if the route documents that code,
 * otherwise `unavailable`.
 */
function refusalOf(error: unknown, route: Route | undefined): "conflict" | "unavailable" | "internal_error" {
  if (isConflict(error)) return route && refusalsOf(route).includes("conflict") ? "conflict" : "unavailable";
  return isOutage(error) ? "unavailable" : "internal_error";
}

/**
 * Writes one log line and one metric per request: the route's pattern (never the path with its ids), the status and the
 * duration.
 */
export function requestLog(): middy.MiddlewareObj<HttpEvent, HttpResult, Error, LambdaContext, { startedAt: number }> {
  const finish = ({ event, response, internal }: FinishedRequest) => {
    if (!response) return;
    const { requestId } = event.requestContext;
    response.headers = { ...response.headers, "x-request-id": requestId };
    const took = Math.round(performance.now() - (internal.startedAt ?? performance.now()));
    const status = response.statusCode ?? 500;
    const log = logOf(event);
    log.info("request", { status, took });
    log.metric("Latency", took, "Milliseconds", { route: event.routeKey, outcome: `${Math.floor(status / 100)}xx` });
  };
  return {
    before: ({ internal }) => {
      internal.startedAt = performance.now();
    },
    after: finish,
    onError: finish,
  };
}

type FinishedRequest = {
  event: HttpEvent;
  response: HttpResult | null | undefined;
  internal: { startedAt?: number };
};
