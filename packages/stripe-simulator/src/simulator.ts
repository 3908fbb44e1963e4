import type { DatabaseSync } from "node:sqlite";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { controlRoutes } from "./controls.ts";
import { type Fault, type Faults, openFaults } from "./faults.ts";
import { authenticate, type Env, failed, type Surface } from "./http/endpoint.ts";
import { openIdempotencyKeys } from "./http/idempotency.ts";
import { StripeFailure } from "./http/stripe-error.ts";
import { hostedPages } from "./pages/hosted.ts";
import { balanceCheck, balanceRoutes } from "./resources/balance.ts";
import { catalogueRoutes } from "./resources/catalogue.ts";
import { bookLate, chargeRoutes } from "./resources/charges.ts";
import { checkoutRoutes, expireSession } from "./resources/checkout-sessions.ts";
import { customerRoutes } from "./resources/customers.ts";
import { eventRoutes } from "./resources/events.ts";
import { endHostedDebit, verifyHosted } from "./resources/hosted-payment.ts";
import { awaitsMicrodeposits } from "./resources/microdeposits.ts";
import { paymentIntentRoutes } from "./resources/payment-intent-routes.ts";
import { cancelIntent } from "./resources/payment-intents.ts";
import { paymentMethodRoutes } from "./resources/payment-method-routes.ts";
import { paymentPageRoutes } from "./resources/payment-pages.ts";
import { failRefund, fundRefund, refundRoutes, settleRefund } from "./resources/refunds.ts";
import { setupIntentRoutes } from "./resources/setup-intent-routes.ts";
import { verificationRoutes } from "./resources/verification.ts";
import {
  createEndpoint,
  type EndpointOptions,
  rollSecret,
  webhookEndpointRoutes,
} from "./resources/webhook-endpoints.ts";
import { routesOn } from "./routes.ts";
import type { TimerKind } from "./timers.ts";
import { deliverDue } from "./webhooks/courier.ts";
import type { Misbehaviour } from "./webhooks/deliveries.ts";
import { accountApiVersion, openWorld, randomText, type World } from "./world.ts";

export type SimulatorOptions = {
  /** A database shared with the host; the simulator owns the tables whose names begin with `sim_`. */
  db: DatabaseSync;
  /** The virtual clock, in milliseconds. */
  now: () => number;
  /** The base URL of the simulator for browsers, used in the URLs of hosted pages. */
  baseUrl: () => string;
  secretKey: string;
  /**
   * The currencies, besides dollars, that the account settles without conversion. Other charges are converted to
   * dollars. Default: none.
   */
  settlementCurrencies?: readonly string[] | undefined;
  /** Called after the commit when an event was created. */
  onEvent?: (type: string) => void;
};

/** A simulated Stripe account in SQLite. */
export type Simulator = {
  /** All HTTP routes: `/v1`, the hosted pages, `/_sim`. Pass the bindings of @hono/node-server as `env`. */
  fetch: (request: Request, env?: Partial<HttpBindings>) => Promise<Response> | Response;
  /** The earliest instant of a timer in epoch milliseconds, or null. */
  nextTimer(): number | null;
  /**
   * Runs everything whose time has come at `now()`, in order, including webhook deliveries. Returns the number of items
   * run.
   */
  runDue(): Promise<number>;
  /** The number of deliveries whose time has come and that are not done. */
  pendingDeliveries(): number;
  /** Delivers webhooks and runs timers in real time from here on; `stop` ends that and waits for what is under way. */
  start(): void;
  stop(): Promise<void>;
  setFault(fault: Fault): void;
  clearFaults(): void;
  setWebhookMisbehaviour(misbehaviour: Misbehaviour | null): void;
  /** Ensures that an endpoint with this URL exists, with this secret if given. Returns its id and secret. */
  ensureWebhookEndpoint(options: EndpointOptions): { id: string; secret: string };
  /** Sets a new secret for an endpoint; the old one also signs during the overlap. */
  rollWebhookSecret(id: string, secret?: string, overlapSeconds?: number): string;
  /** The balance computed in three ways; `consistent` says whether they agree. */
  balance(currency?: string): ReturnType<typeof balanceCheck>;
};

const tickMs = 250;
/** How long an overtaken delivery waits for others, in real time. */
const holdDurationMs = 50;

export function createSimulator(options: SimulatorOptions): Simulator {
  const world = openWorld(options);
  const faults = openFaults(world);
  if (options.settlementCurrencies) world.settings.set("settlement_currencies", options.settlementCurrencies);
  let ticker: NodeJS.Timeout | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** One at a time, so that timers run in order and no delivery is made twice by accident. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const run = async (holdMs: number): Promise<number> => {
    let ran = 0;
    for (;;) {
      const timer = world.timers.due(world.now());
      const delivered = await deliverDue(world, "free");
      ran += delivered;
      if (timer) {
        world.transaction(() => {
          world.timers.done(timer.id);
          timers[timer.kind](world, faults, timer.subject);
        });
        ran += 1;
      } else if (delivered === 0) {
        if (world.deliveries.due(world.now(), "held", 1).length === 0) return ran;
        if (holdMs > 0) await new Promise((wake) => setTimeout(wake, holdMs));
        ran += await deliverDue(world, "free");
        ran += await deliverDue(world, "held");
      }
    }
  };
  let pumpWaits = false;
  const pump = () => {
    if (ticker === undefined || pumpWaits) return;
    const next = nextTimer();
    if (next === null || next > world.now()) return;
    pumpWaits = true;
    inTurn(() => {
      pumpWaits = false;
      return run(holdDurationMs);
    }).catch((error) => console.error("stripe simulator:", error));
  };
  const nextTimer = () => {
    const instants = [world.timers.next(), world.deliveries.next()].filter((instant) => instant !== null);
    return instants.length === 0 ? null : Math.min(...instants);
  };

  const surface: Surface = {
    world,
    faults,
    keys: openIdempotencyKeys(options.db, world.seconds),
    secretKey: options.secretKey,
    settled: () => void setImmediate(pump),
  };
  const app = httpSurface(surface);

  return {
    fetch: (request, env) => app.fetch(request, env ?? {}),
    nextTimer,
    runDue: () => inTurn(() => run(0)),
    pendingDeliveries: () => world.deliveries.pending(world.now()),
    start: () => {
      ticker ??= setInterval(pump, tickMs).unref();
      pump();
    },
    stop: async () => {
      clearInterval(ticker);
      ticker = undefined;
      await queue;
    },
    setFault: (fault) => world.transaction(() => faults.set(fault)),
    clearFaults: () => world.transaction(() => faults.clear()),
    setWebhookMisbehaviour: (misbehaviour) => {
      if (misbehaviour === null) world.settings.remove("webhooks");
      else world.settings.set("webhooks", misbehaviour);
    },
    ensureWebhookEndpoint: (endpoint) =>
      world.transaction(() => {
        const known = world.objects.all("webhook_endpoint", { url: endpoint.url }).at(0);
        if (!known) return createEndpoint(world, endpoint);
        const { secret } = world.objects.notes<{ secret: string }>(known.id);
        world.objects.update<"webhook_endpoint">(
          {
            ...known,
            enabled_events: endpoint.enabledEvents,
            api_version: endpoint.apiVersion ?? known.api_version,
            status: "enabled",
          },
          { secret: endpoint.secret ?? secret },
        );
        return { id: known.id, secret: endpoint.secret ?? secret };
      }),
    rollWebhookSecret: (id, secret, overlapSeconds = 24 * 3600) =>
      world.transaction(() => rollSecret(world, id, secret, overlapSeconds)),
    balance: (currency) => balanceCheck(world, currency),
  };
}

function httpSurface(surface: Surface): Hono<Env> {
  const { world, faults } = surface;
  const app = new Hono<Env>();
  const routes = routesOn(app, surface);
  customerRoutes(routes, world);
  paymentMethodRoutes(routes, world);
  paymentIntentRoutes(routes, world, faults);
  verificationRoutes(routes, world);
  setupIntentRoutes(routes, world);
  checkoutRoutes(routes, world);
  paymentPageRoutes(routes, world, faults);
  chargeRoutes(routes, world);
  refundRoutes(routes, world, faults);
  balanceRoutes(routes, world);
  eventRoutes(routes, world);
  webhookEndpointRoutes(routes, world);
  catalogueRoutes(routes, world);
  hostedPages(app, surface);
  controlRoutes(app, surface);
  app.notFound((c) => {
    const requestId = `req_${randomText(14)}`;
    const version = c.req.header("stripe-version") ?? accountApiVersion;
    try {
      if (c.req.path.startsWith("/v1/")) authenticate(c, surface.secretKey);
    } catch (error) {
      return failed(error, requestId, version);
    }
    const message = `Unrecognized request URL (${c.req.method}: ${c.req.path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
    return failed(new StripeFailure(404, { type: "invalid_request_error", message }), requestId, version);
  });
  return app;
}

/** The action of each kind of timer. Each reads its subject's current state and does nothing if that is final. */
const timers: Record<TimerKind, (world: World, faults: Faults, subject: string) => void> = {
  settle_bank_debit: (world, faults, charge) => endHostedDebit(world, faults, charge, true),
  fail_bank_debit: (world, faults, charge) => endHostedDebit(world, faults, charge, false),
  settle_refund: (world, _faults, refund) => settleRefund(world, refund),
  fail_refund: (world, _faults, refund) => failRefund(world, refund),
  fund_refund: (world, faults, refund) => fundRefund(world, faults, refund),
  book_charge: (world, _faults, charge) => bookLate(world, charge),
  expire_session: (world, _faults, id) => {
    const session = world.objects.find("checkout.session", id);
    if (session?.status === "open") expireSession(world, session);
  },
  time_out_microdeposits: (world, _faults, id) => {
    const intent = world.objects.find("payment_intent", id);
    if (intent && awaitsMicrodeposits(intent)) verifyHosted(world, id, "timeout");
  },
  fail_microdeposits: (world, _faults, id) => {
    const intent = world.objects.find("payment_intent", id);
    if (intent && awaitsMicrodeposits(intent)) verifyHosted(world, id, "not_sent");
  },
  expire_authorization: (world, _faults, id) => {
    const intent = world.objects.find("payment_intent", id);
    if (intent?.status === "requires_capture") cancelIntent(world, intent, "automatic");
  },
};
