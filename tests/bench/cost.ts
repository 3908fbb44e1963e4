import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestStore } from "../harness/store.ts";
import { Client, openCohort, startWorld } from "../harness/world.ts";
import type { Figure } from "./measure.ts";

/** List prices of us-east-1 in dollars a million, on demand; they change: look before you quote them. */
const dollarsPerMillion = {
  writeUnits: 0.625,
  readUnits: 0.125,
  invocations: 0.2,
  events: 1,
  queueRequests: 0.4,
  apiRequests: 1,
};

type Consumed = { reads: number; writes: number; requests: number };

/** Stands before DynamoDB, asks for the consumed capacity of every request, and adds it up. */
async function meter(endpoint: string) {
  const sum: Consumed = { reads: 0, writes: 0, requests: 0 };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const target = String(request.headers["x-amz-target"] ?? "");
    const operation = target.split(".").at(-1) ?? "";
    const metered = /Item|Query|Scan/.test(operation) && !target.includes("Streams");
    const sent = metered ? JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: "TOTAL" }) : body;
    const { host: _host, "content-length": _length, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(endpoint, { method: "POST", headers: headers as Record<string, string>, body: sent });
    const text = await answer.text();
    if (metered && answer.ok) {
      const consumed = [JSON.parse(text).ConsumedCapacity ?? []].flat() as { CapacityUnits: number }[];
      const units = consumed.reduce((total, { CapacityUnits }) => total + CapacityUnits, 0);
      sum[/Put|Update|Delete|Write/.test(operation) ? "writes" : "reads"] += units;
      sum.requests++;
    }
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" }).end(text);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sum, close: () => server.close() };
}

const bookings = 10;

/** What a booking costs from its hold to its confirmation: capacity, requests, events. */
export async function costFigures(): Promise<Figure[]> {
  const embedded = await startTestStore();
  const metered = await meter(embedded.endpoint);
  const dataDir = mkdtempSync(join(tmpdir(), "clearing-cost-"));
  const world = await startWorld(dataDir, { dynamoDbEndpoint: metered.url });
  try {
    const cohort = await openCohort(world, { count: bookings });
    const clients = Array.from({ length: bookings }, () => new Client(world));
    await world.quiesce();
    const before = { ...metered.sum };
    const eventsBefore = (await world.must<{ items: unknown[] }>("GET", "/_local/events")).items.length;
    for (const client of clients) await client.confirm(cohort.id);
    await world.quiesce();
    const events =
      ((await world.must<{ items: unknown[] }>("GET", "/_local/events")).items.length - eventsBefore) / bookings;
    const of = (name: keyof Consumed) => (metered.sum[name] - before[name]) / bookings;
    // Per booking: quote, hold, agreement twice, checkout, two evaluations, one read; every event meets one or two queues.
    const apiRequests = 9;
    const invocations = apiRequests + events * 3;
    const dollars =
      (of("writes") * dollarsPerMillion.writeUnits +
        of("reads") * dollarsPerMillion.readUnits +
        events * dollarsPerMillion.events +
        invocations * dollarsPerMillion.invocations +
        events * 6 * dollarsPerMillion.queueRequests +
        apiRequests * dollarsPerMillion.apiRequests) /
      1_000_000;
    return [
      { what: "write units from hold to confirmed", value: of("writes").toFixed(0) },
      { what: "read units from hold to confirmed", value: of("reads").toFixed(0) },
      { what: "DynamoDB requests from hold to confirmed", value: of("requests").toFixed(0) },
      { what: "events on the bus from hold to confirmed", value: events.toFixed(1) },
      {
        what: "AWS's list price per 1,000 bookings, without storage and logs",
        value: `$${(dollars * 1000).toFixed(2)}`,
      },
    ];
  } finally {
    await world.stop();
    metered.close();
    await embedded.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
