import type { IncomingMessage, ServerResponse } from "node:http";
import { afterDuration, type Clock, instantOf } from "./clock.ts";
import type { EventBus } from "./event-bus.ts";
import { type Faults, readFault } from "./faults.ts";
import { readBody } from "./gateway.ts";
import type { Issuers } from "./issuers.ts";
import type { Mailbox } from "./mail-and-secrets.ts";
import type { LocalReply, LocalRoute } from "./stack-options.ts";
import type { Stripe } from "./stripe.ts";

type Options = {
  clock: Clock;
  issuers: Issuers;
  mailbox: Mailbox;
  bus: EventBus;
  faults: Faults;
  /** The constructs' names of the functions, which faults can name. */
  functions: readonly string[];
  /** Undefined if time cannot be moved, as with the real Stripe. */
  moveTo: ((target: number) => Promise<void>) | undefined;
  quiesce: () => Promise<{ deadLetters: number }>;
  /** Takes the faults of the target `stripe`. */
  stripe: Pick<Stripe, "fault" | "clearFaults">;
  /** Routes added to the stack's own. */
  added: LocalRoute | undefined;
};
type Answer = { status: number; body: unknown };

const roles = ["client", "clinician", "admin", "finance"];
const keySet = /^\/_local\/pools\/([^/]+)\/jwks\.json$/;
/** The path at which the stack publishes the keys of a user pool. */
export const keySetPath = (pool: string): string => `/_local/pools/${pool}/jwks.json`;
const ok = (body: unknown): Answer => ({ status: 200, body });
const bad = (detail: string): Answer => ({ status: 400, body: { detail } });

/** The `/_local` routes; returns true if it handles a request. Pages of other origins get no access. */
export function createLocalRoutes(options: Options): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    if (!request.url?.startsWith("/_local/")) return false;
    const url = new URL(request.url, "http://local");
    void answer(options, request, url)
      .catch(
        (error: unknown): Answer => ({
          status: 500,
          body: { detail: error instanceof Error ? error.message : String(error) },
        }),
      )
      .then((given) => {
        const { status, contentType, body } =
          "contentType" in given
            ? given
            : { status: given.status, contentType: "application/json", body: JSON.stringify(given.body) };
        response.writeHead(status, { "content-type": contentType });
        response.end(body);
      });
    return true;
  };
}

async function answer(options: Options, request: IncomingMessage, url: URL): Promise<Answer | LocalReply> {
  const { clock, bus, mailbox, faults } = options;
  const [, pool] = (request.method === "GET" && keySet.exec(url.pathname)) || [];
  if (pool !== undefined) return ok(options.issuers.keySet(pool) ?? { keys: [] });
  switch (`${request.method} ${url.pathname}`) {
    case "POST /_local/token": {
      const { role, email } = await jsonOf(request);
      if (typeof role !== "string" || !roles.includes(role)) return bad(`role must be one of ${roles.join(", ")}`);
      if (typeof email !== "string" || !/^\S+@\S+$/.test(email) || !email.isWellFormed())
        return bad("email must be an email address");
      const issued = await options.issuers.issue(role, email);
      if (issued === undefined) return bad(`no user pool of the template has the group ${role}`);
      return ok({ ...issued, expiresAt: instantOf(issued.expiresAt) });
    }
    case "GET /_local/clock":
      return ok({ now: instantOf(clock.now()) });
    case "POST /_local/clock":
      return moveClock(options, await jsonOf(request));
    case "POST /_local/quiesce":
      return ok(await options.quiesce());
    case "GET /_local/mail":
      return ok({ items: mailbox.sentTo(url.searchParams.get("to") ?? undefined) });
    case "GET /_local/events":
      return ok({ items: bus.carried(url.searchParams.get("type") ?? undefined) });
    case "POST /_local/faults": {
      const fault = readFault(await jsonOf(request), options.functions);
      if (typeof fault === "string") return bad(fault);
      const refusal = fault.target === "stripe" ? options.stripe.fault(fault) : faults.add(fault);
      return refusal ? bad(refusal) : ok(fault);
    }
    case "GET /_local/faults":
      return ok({ struck: faults.struck() });
    case "DELETE /_local/faults":
      faults.clear();
      options.stripe.clearFaults();
      return ok({});
    default: {
      const { method = "GET", headers } = request;
      const reply = await options.added?.({ method, url, accept: headers.accept ?? "" });
      if (reply) return reply;
      return { status: 404, body: { detail: `the local stack has no route ${request.method} ${url.pathname}` } };
    }
  }
}

/** Instants are compared as text with four-digit years, and deadlines can be some years ahead of the clock. */
const latest = Date.parse("9000-01-01T00:00:00Z");

async function moveClock({ clock, moveTo }: Options, input: Record<string, unknown>): Promise<Answer> {
  if (!moveTo) return { status: 409, body: { detail: "the clock cannot be moved with the real Stripe" } };
  const { advance, to } = input;
  if (advance !== undefined && to !== undefined) return bad('give "advance" or "to", not both');
  const target =
    typeof advance === "string"
      ? afterDuration(clock.now(), advance)
      : typeof to === "string"
        ? Date.parse(to)
        : Number.NaN;
  if (target === undefined || Number.isNaN(target))
    return bad('give {"advance": an ISO 8601 duration} or {"to": an instant}');
  if (target < Math.floor(clock.now() / 1000) * 1000)
    return bad(`the clock cannot go back; it is ${instantOf(clock.now())}`);
  if (target > latest) return bad(`the clock cannot go past ${instantOf(latest)}`);
  await moveTo(target);
  return ok({ now: instantOf(clock.now()) });
}

async function jsonOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readBody(request, 100_000);
  try {
    const value: unknown = JSON.parse(body?.toString() || "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
