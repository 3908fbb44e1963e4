import type { IncomingMessage } from "node:http";

/** The host names of this machine, with or without a port. */
const ownHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** Routes that change the machine itself: its clock, its faults, its Stripe's state. */
const ownRoutes = /^\/+_(local|sim)(\/|$)/i;

/**
 * Why a request is refused that this machine's user did not make; undefined if it is allowed. `Host` exposes a page
 * whose name was rebound to 127.0.0.1; `Origin` exposes a page that posts to the stack's own routes.
 */
export function foreign({ headers, url = "/" }: Pick<IncomingMessage, "headers" | "url">): string | undefined {
  const { host = "", origin } = headers;
  if (!ownHost.test(host)) return "call the local stack at 127.0.0.1, localhost or [::1]";
  if (origin === undefined || !leadsToOwnRoute(url)) return undefined;
  return origin.toLowerCase() === `http://${host.toLowerCase()}`
    ? undefined
    : "pages from another origin cannot call the local stack's own routes";
}

/** A server may decode a path before it matches routes. A path that cannot be decoded counts as an own route. */
function leadsToOwnRoute(url: string): boolean {
  try {
    const [path = ""] = url.replace(/^https?:\/\/[^/]*/i, "").split(/[?#]/);
    return ownRoutes.test(decodeURIComponent(path));
  } catch {
    return true;
  }
}
