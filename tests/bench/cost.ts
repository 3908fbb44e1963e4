import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTemplate, type Template } from "@clearing/local/template";
import { schedules, subscriptions, workers } from "../../infra/triggers.ts";
import { synthesize } from "../../scripts/synthesize.ts";
import { startTestStore } from "../harness/store.ts";
import { Client, type Event, openCohort, startWorld, type World } from "../harness/world.ts";
import { type Figure, median } from "./measure.ts";
import { type Metered, meter, readUnits, writeUnits } from "./meter.ts";
import { prices, pricesOf } from "./prices.ts";

/** The work of one stack so far. */
type Done = {
  writes: number;
  reads: number;
  /** Requests of the clinical functions: each may use the clinical key. */
  clinical: number;
  /** The emitted metrics with their dimensions. */
  metrics: ReadonlySet<string>;
  logBytes: number;
  events: Record<string, number>;
  eventBytes: number;
  mails: number;
  /** Milliseconds of each HTTP request in its function. */
  took: number[];
};

type Measured = { _aws: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] } };

function metricsIn(logs: readonly string[]): Set<string> {
  const lines = logs.flatMap((log) => log.split("\n").filter((line) => line.startsWith('{"_aws"')));
  const metrics = lines.flatMap((line) => {
    const measured = JSON.parse(line) as Measured & Record<string, unknown>;
    return measured._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.map(({ Name }) => [Name, ...names.map((name) => `${name}=${measured[name]}`)].join(" ")),
      ),
    );
  });
  return new Set(metrics);
}

async function doneSoFar(world: World, requests: readonly Metered[]): Promise<Done> {
  const { items } = await world.must<{ items: (Event & { source?: string })[] }>("GET", "/_local/events");
  const { items: mails } = await world.must<{ items: unknown[] }>("GET", "/_local/mail");
  const files = readdirSync(world.stack.logsDir).filter((file) => file !== "dynoxide.log");
  const logs = files.map((file) => readFileSync(join(world.stack.logsDir, file), "utf8"));
  const took = logs.flatMap((log) =>
    [...log.matchAll(/"message":"request".*"took":(\d+)/g)].map(([, ms]) => Number(ms)),
  );
  const events: Record<string, number> = {};
  for (const { type } of items) events[type] = (events[type] ?? 0) + 1;
  return {
    writes: writeUnits(requests),
    reads: readUnits(requests),
    clinical: logs[files.findIndex((file) => file.startsWith("clinical"))]?.match(/"message":"request"/g)?.length ?? 0,
    metrics: metricsIn(logs),
    logBytes: logs.reduce((sum, log) => sum + Buffer.byteLength(log), 0),
    events,
    eventBytes: Buffer.byteLength(JSON.stringify(items)),
    mails: mails.length,
    took,
  };
}

/** Queues that receive an event of this name. */
const takers = (event: string): number =>
  Object.values(subscriptions).filter((subscription) => subscription?.events.includes(event)).length;

const memory = { http: 1, events: 0.5 };
/** About the size of an access log line, and of an answer with its headers. */
const accessLogBytes = 400;
const answerBytes = 4_000;

type Bill = Record<string, number>;
const sum = (bill: Bill): number => Object.values(bill).reduce((total, dollars) => total + dollars, 0);

/** The cost of the work between two instants in dollars, by service. */
function billOf(before: Done, after: Done, people: number): { bill: Bill; requests: number; deliveries: number } {
  const took = after.took.slice(before.took.length);
  const requests = took.length;
  const names = Object.keys(after.events);
  const events = Object.fromEntries(
    names.map((name) => [name, (after.events[name] ?? 0) - (before.events[name] ?? 0)]),
  );
  const published = Object.values(events).reduce((total, count) => total + count, 0);
  const deliveries = names.reduce((total, name) => total + (events[name] ?? 0) * takers(name), 0);
  // At worst the relay is called for each write, and a consumer for each message.
  const invocations = requests + published + deliveries;
  const seconds = (took.reduce((total, ms) => total + ms, 0) / 1_000) * memory.http;
  const behind = ((published + deliveries) * median(took)) / 1_000;
  const logged = after.logBytes - before.logBytes + requests * accessLogBytes;
  const mails = after.mails - before.mails;
  return {
    requests,
    deliveries,
    bill: {
      DynamoDB:
        (after.writes - before.writes) * prices.dynamodb.writeUnit +
        (after.reads - before.reads) * prices.dynamodb.readUnit,
      Lambda: invocations * prices.lambda.request + (seconds + behind * memory.events) * prices.lambda.gigabyteSecond,
      "API Gateway": requests * prices["api-gateway"].request,
      EventBridge:
        published * prices.eventbridge.event +
        ((after.eventBytes - before.eventBytes) / 1e9) * prices.eventbridge.archivedGigabyte,
      // Sent, received, deleted.
      SQS: deliveries * 3 * prices.sqs.request,
      // Each person also gets a code to sign in with.
      SES: (mails + people) * prices.ses.mail,
      Cognito: people * prices.cognito.plus,
      "CloudWatch logs": (logged / 1e9) * prices.cloudwatch.loggedGigabyte,
      "X-Ray": invocations * prices.xray.trace,
      KMS: (after.clinical - before.clinical) * prices.kms.request,
      "data out": ((requests * answerBytes) / 1e9) * prices.ec2.gigabyteOut,
    },
  };
}

const minutesAMonth = 43_200;
/** Lambda polls each queue over five connections, for 20 seconds each. */
const pollsAMonth = 5 * 3 * minutesAMonth;
/** A sweep queries eight shards of six kinds of deadlines, for half a unit each. */
const sweepReads = 6 * 8 * 0.5;
/** The other runs query eight shards of one kind, and one list or the outbox. */
const otherReads = 8;
/** Ten people sign in within a month. */
const staff = 10;

/** The cost of an idle stage in dollars a month. */
function idleBill(template: Template, seconds: number, metrics: number): Bill {
  const runs = Object.values(schedules).reduce((total, each) => total + minutesAMonth / (each?.everyMinutes ?? 1), 0);
  const alarmed = template
    .ofType("AWS::CloudWatch::Alarm")
    .reduce((total, { properties }) => total + ((properties.Metrics as unknown[] | undefined)?.length ?? 1), 0);
  const [{ length: queues }, { length: workQueues }] = [Object.keys(subscriptions), Object.keys(workers)];
  const { length: secrets } = template.ofType("AWS::SecretsManager::Secret");
  const { length: keys } = template.ofType("AWS::KMS::Key");
  return {
    Lambda: runs * (prices.lambda.request + seconds * memory.events * prices.lambda.gigabyteSecond),
    Scheduler: runs * prices.eventbridge.scheduled,
    DynamoDB: (minutesAMonth * sweepReads + runs * otherReads) * prices.dynamodb.readUnit,
    SQS: pollsAMonth * ((queues + workQueues) * prices.sqs.request),
    Cognito: staff * prices.cognito.plus,
    "CloudWatch alarms": alarmed * prices.cloudwatch.alarmedMetric,
    // The metrics of the run. A metric is billed in each hour in which it is emitted.
    "CloudWatch metrics, at most": metrics * prices.cloudwatch.metric,
    "CloudWatch dashboard": prices.cloudwatch.dashboard,
    "X-Ray": runs * prices.xray.trace,
    KMS: keys * prices.kms.key,
    // A warm function reads its secret again after five minutes.
    "Secrets Manager":
      secrets * prices["secrets-manager"].secret + 2 * (minutesAMonth / 5) * prices["secrets-manager"].call,
  };
}

const dollars = (value: number): string => `$${value.toFixed(2)}`;

const rows = (bill: Bill, times: number, what: string): Figure[] => [
  ...Object.entries(bill).map(([service, each]) => ({ what: `${what}: ${service}`, value: dollars(each * times) })),
  { what: `${what}: all of it, by list prices of ${pricesOf}`, value: dollars(sum(bill) * times) },
];

const bookings = 10;

/**
 * The bill of AWS for bookings from hold to confirmation, and for an idle month. Units, requests, events, mails, bytes
 * of logs and the functions' durations are measured, the durations on this machine. Storage, Stripe's fees and free
 * tiers are left out.
 */
export async function costFigures(): Promise<Figure[]> {
  const embedded = await startTestStore();
  const metered = await meter(embedded.endpoint);
  const dataDir = mkdtempSync(join(tmpdir(), "clearing-cost-"));
  const world = await startWorld({ dataDir, dynamoDbEndpoint: metered.url });
  try {
    const cohort = await openCohort(world, { count: bookings });
    const clients = Array.from({ length: bookings }, () => new Client(world));
    await world.quiesce();
    const before = await doneSoFar(world, metered.requests);
    for (const client of clients) await client.confirm(cohort.id);
    await world.quiesce();
    const after = await doneSoFar(world, metered.requests);
    const { bill, requests, deliveries } = billOf(before, after, bookings);
    const template = loadTemplate(await synthesize(() => {}), world.stack.apiUrl);
    const took = median(after.took.slice(before.took.length));
    const count = ({ events }: Done) => Object.values(events).reduce((total, each) => total + each, 0);
    const each = (value: number) => (value / bookings).toFixed(1);
    return [
      { what: "write units from hold to confirmed", value: each(after.writes - before.writes) },
      { what: "read units from hold to confirmed", value: each(after.reads - before.reads) },
      { what: "HTTP requests from hold to confirmed", value: each(requests) },
      { what: "events on the bus from hold to confirmed", value: each(count(after) - count(before)) },
      { what: "messages in queues from hold to confirmed", value: each(deliveries) },
      { what: "emails from hold to confirmed", value: each(after.mails - before.mails) },
      { what: "kilobytes of logs from hold to confirmed", value: each((after.logBytes - before.logBytes) / 1_000) },
      ...rows(bill, 1_000 / bookings, "1,000 bookings"),
      ...rows(idleBill(template, took / 1_000, after.metrics.size), 1, "an idle month"),
    ];
  } finally {
    await world.stop();
    metered.close();
    await embedded.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
