import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestStore } from "../harness/store.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";
import type { Figure } from "./measure.ts";
import { meter } from "./meter.ts";

/** The delay of each answer of DynamoDB, so that calls which are sent together overlap. */
const delayMs = 25;

type Call = { began: number; ended: number; stripe: boolean };
type Route = { what: string; most?: number; run: () => Promise<unknown>; caller: string };

/**
 * The round trips of each route: the longest chain of calls to DynamoDB and Stripe in which each call begins after the
 * one before has ended. Calls that are sent together count once. Functions are warm.
 */
export async function roundTripFigures(): Promise<Figure[]> {
  const embedded = await startTestStore();
  const metered = await meter(embedded.endpoint, delayMs);
  const dataDir = mkdtempSync(join(tmpdir(), "clearing-round-trips-"));
  const world = await startWorld({ dataDir, dynamoDbEndpoint: metered.url });
  const stripe = stripeCalls(new URL(world.stack.simulatorUrl ?? "").port);
  try {
    // The first run warms the functions.
    for await (const { run } of routes(world)) await run();
    const figures: Figure[] = [];
    for await (const { what, most, caller, run } of routes(world)) {
      await world.quiesce();
      metered.requests.length = 0;
      stripe.calls.length = 0;
      const began = performance.now();
      await run();
      const ended = performance.now();
      const during = (call: { began: number; ended: number }) => call.began >= began && call.ended <= ended;
      const calls: Call[] = [
        ...metered.requests
          .filter((one) => one.caller === caller && during(one))
          .map((one) => ({ ...one, stripe: false })),
        ...(caller === "checkout" ? stripe.calls.filter(during) : []),
      ];
      const chain = longestChain(calls);
      const ofStripe = chain.filter((call) => call.stripe).length;
      const value = ofStripe === 0 ? `${chain.length}` : `${chain.length}, ${ofStripe} of them Stripe's`;
      const bound = most === undefined ? {} : { bound: { most, ratio: chain.length } };
      figures.push({ what, value: `${value} (of ${calls.length} calls)`, ...bound });
    }
    return figures;
  } finally {
    stripe.stop();
    await world.stop();
    metered.close();
    await embedded.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The calls to the Stripe simulator, which runs in this process. */
function stripeCalls(port: string) {
  const calls: Call[] = [];
  const began = new WeakMap<IncomingMessage, number>();
  const isOurs = ({ request }: Message) => String(request.socket.localPort) === port && request.url?.startsWith("/v1/");
  type Message = { request: IncomingMessage };
  const start = (message: unknown) => {
    const { request } = message as Message;
    if (isOurs({ request })) began.set(request, performance.now());
  };
  const finish = (message: unknown) => {
    const at = began.get((message as Message).request);
    if (at !== undefined) calls.push({ began: at, ended: performance.now(), stripe: true });
  };
  subscribe("http.server.request.start", start);
  subscribe("http.server.response.finish", finish);
  const stop = () => {
    unsubscribe("http.server.request.start", start);
    unsubscribe("http.server.response.finish", finish);
  };
  return { calls, stop };
}

/** The longest chain of calls in which each begins after the one before has ended. */
function longestChain(calls: readonly Call[]): Call[] {
  const chain: Call[] = [];
  for (const call of calls.toSorted((a, b) => a.ended - b.ended)) {
    const last = chain.at(-1);
    if (last === undefined || call.began >= last.ended) chain.push(call);
  }
  return chain;
}

/** The requests of a booking, in order. `most` is the target. */
async function* routes(world: World): AsyncIterable<Route> {
  const { id: cohortId } = await openCohort(world, { count: 2 });
  const [client, other, late] = [new Client(world), new Client(world), new Client(world)];
  const get = async (path: string) => world.must("GET", path, { token: await client.token() });
  let quoteId = "";
  let sessionId = "";
  let hash = "";
  yield {
    what: "POST /v1/quotes",
    most: 2,
    caller: "catalogue",
    run: async () => (quoteId = await client.quote(cohortId)),
  };
  yield {
    what: "POST /v1/bookings",
    most: 3,
    caller: "booking",
    run: async () => (client.id = (await client.tryHold(quoteId)).body.id),
  };
  await other.hold(cohortId);
  const refused = await late.quote(cohortId);
  yield { what: "POST /v1/bookings, sold out", most: 3, caller: "booking", run: () => late.tryHold(refused) };
  yield {
    what: "GET /v1/bookings/{id}/agreement",
    most: 1,
    caller: "booking",
    run: async () => ({ hash } = (await get(`${client.path}/agreement`)) as { hash: string }),
  };
  yield {
    what: "POST /v1/bookings/{id}/agreement",
    most: 2,
    caller: "booking",
    run: async () => {
      const body = { hash, signature: "Sample Person", accepted: true, autopay: false };
      await world.must("POST", `${client.path}/agreement`, {
        token: await client.token(),
        key: `sign-${client.id}`,
        body,
      });
    },
  };
  yield {
    what: "POST /v1/bookings/{id}/checkout, a client's first",
    // Four as for a known customer, and three that create the customer: two in DynamoDB and one at Stripe.
    most: 7,
    caller: "checkout",
    run: async () => (sessionId = await client.checkout()),
  };
  yield {
    what: "POST /v1/bookings/{id}/checkout, of a page that is open",
    caller: "checkout",
    run: () => client.checkout(),
  };
  await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
  await client.payOn(sessionId);
  const back = () => world.api("GET", `/v1/checkout/return?session=${sessionId}`);
  yield { what: "GET /v1/checkout/return, that settles the payment", caller: "checkout", run: back };
  await world.sim("DELETE", "/_sim/webhooks");
  yield { what: "GET /v1/checkout/return, of a payment that is settled", caller: "checkout", run: back };
  yield { what: "GET /v1/bookings/{id}", most: 1, caller: "booking", run: () => client.read() };
  yield { what: "GET /v1/bookings", caller: "booking", run: () => get("/v1/bookings") };
  yield { what: "GET /v1/bookings/{id}/access-log", caller: "booking", run: () => get(`${client.path}/access-log`) };
  yield {
    what: "POST /v1/screenings/{bookingId}/evaluations",
    caller: "clinical",
    run: () => evaluate(client, "medical"),
  };
  await evaluate(client, "psychiatric");
  await world.quiesce();
  const { dues } = await client.read();
  const dueId = dues.find(({ kind }) => kind !== "deposit")?.id;
  yield {
    what: "POST /v1/bookings/{id}/checkout, of a known customer",
    most: 4,
    caller: "checkout",
    run: () => client.checkout({ purpose: "due", dueId }),
  };
  yield {
    what: "GET /v1/bookings/{id}/cancellation",
    caller: "booking",
    run: () => get(`${client.path}/cancellation`),
  };
  yield { what: "POST /v1/bookings/{id}/cancellation", caller: "booking", run: () => client.tryCancel() };
}

async function evaluate(client: Client, kind: string): Promise<unknown> {
  const token = await client.world.token("clinician", `${kind}@example.com`);
  const body = { kind, outcome: "cleared" };
  return client.world.must("POST", `/v1/screenings/${client.id}/evaluations`, { token, body });
}
