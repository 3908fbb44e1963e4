import { QueryCommand, TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { defaultHoldLimits } from "@clearing/domain/booking";
import type { Cohort } from "@clearing/domain/cohort";
import type { Quote } from "@clearing/domain/plan";
import type { Instant } from "@clearing/domain/time";
import { readCohort } from "@clearing/store/cohort";
import { placeItem } from "@clearing/store/place";
import type { Store } from "@clearing/store/store";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { intercepted } from "../harness/intercepted.ts";
import { holdSample, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { startTestStore } from "../harness/store.ts";
import { type Figure, inParallel, median, perSecond, rate } from "./measure.ts";

const clock = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");
let people = 0;
const somebody = () => `bench-${++people}@example.com`;

type Offer = { offer: Quote; email: string };

/** A client's hold that counts toward the limits of their account, as over HTTP. */
const holdOne = (store: Store, offer: Quote, email: string, now: Instant) =>
  holdSample(store, offer, email, now, { sub: email, email }, { sub: email, limits: defaultHoldLimits });

async function offers(store: Store, cohorts: number, places: number): Promise<{ cohorts: Cohort[]; offers: Offer[] }> {
  const program = sampleProgram();
  const now = clock();
  const opened: Cohort[] = [];
  for (let index = 0; index < cohorts; index++) opened.push(await openCohort(store, program, { places, now }));
  const list: Offer[] = [];
  for (const cohort of opened) {
    const made = Array.from({ length: places }, async () => ({
      offer: await sampleQuote(store, program, cohort, now),
      email: somebody(),
    }));
    list.push(...(await Promise.all(made)));
  }
  return { cohorts: opened, offers: list };
}

/** The transactions of holds, each on another place, captured and not sent. */
async function captured(store: Store, { cohorts, offers: list }: Awaited<ReturnType<typeof offers>>) {
  const inputs: TransactWriteCommandInput[] = [];
  for (const cohort of cohorts) {
    const found = await readCohort(store, cohort.id);
    for (const [index, { offer, email }] of list.filter((one) => one.offer.cohortId === cohort.id).entries()) {
      const place = found?.places[index];
      if (place === undefined) throw new Error(`${cohort.id} has fewer places than offers`);
      const capturing = intercepted(store, async (command) => {
        if (command instanceof QueryCommand) return { Items: [placeItem(place)] };
        if (command instanceof TransactWriteCommand) inputs.push(command.input);
        return {};
      });
      await holdOne(capturing, offer, email, clock());
    }
  }
  return inputs;
}

type HttpHandler = (event: object, context: object) => Promise<APIGatewayProxyStructuredResultV2>;

/** The booking function's handler on this DynamoDB, called with events of the gateway. */
async function bookingHandler(store: Store, endpoint: string): Promise<(offer: Offer) => Promise<number>> {
  const { tables } = store;
  const issuer = "https://clients.example.org";
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    STAGE: "bench",
    CLIENT_ISSUER: issuer,
    STAFF_ISSUER: "https://staff.example.org",
    CORE_TABLE: tables.core,
    LEDGER_TABLE: tables.ledger,
    AUDIT_TABLE: tables.audit,
    OUTBOX_TABLE: tables.outbox,
  });
  const { handler } = (await import("@clearing/functions/booking")) as unknown as { handler: HttpHandler };
  return async ({ offer, email }) => {
    const participant = { name: "Sample Person", email, phone: "+1 555 0100", dateOfBirth: "1985-05-17" };
    const claims = { iss: issuer, sub: email, email, email_verified: "true", exp: "4102444800" };
    const event = {
      version: "2.0",
      routeKey: "POST /v1/bookings",
      rawPath: "/v1/bookings",
      rawQueryString: "",
      headers: { "content-type": "application/json", "idempotency-key": `bench-${email}` },
      requestContext: {
        requestId: email,
        http: { method: "POST", path: "/v1/bookings", sourceIp: "127.0.0.1", userAgent: "bench" },
        authorizer: { jwt: { claims } },
      },
      body: JSON.stringify({ quoteId: offer.id, participant }),
      isBase64Encoded: false,
    };
    return (await handler(event, { awsRequestId: email })).statusCode ?? 0;
  };
}

const rounds = 3;
const clients = 20;

/** Holds through the handler compared with their transactions alone; refusals; claims compared with one counter. */
export async function holdingFigures(): Promise<Figure[]> {
  const { store, endpoint, stop } = await startTestStore(3);
  const write = process.stdout.write;
  try {
    const hold = await bookingHandler(store, endpoint);
    const ratios: number[] = [];
    const through: number[] = [];
    const refusals: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const bareInputs = await captured(store, await offers(store, 4, 50));
      const bare = await inParallel(bareInputs, clients, (input) => store.client.send(new TransactWriteCommand(input)));
      const wanted = await offers(store, 4, 50);
      const late = wanted.offers.map(({ offer }) => ({ cohortId: offer.cohortId }));
      const program = sampleProgram();
      const losers: Offer[] = await Promise.all(
        late.map(async ({ cohortId }) => {
          const cohort = wanted.cohorts.find(({ id }) => id === cohortId) as Cohort;
          return { offer: await sampleQuote(store, program, cohort, clock()), email: somebody() };
        }),
      );
      // The function logs as in Lambda. This run does not measure that.
      process.stdout.write = () => true;
      const made = await inParallel(wanted.offers, clients, hold);
      const refused = await inParallel(losers, clients, hold);
      process.stdout.write = write;
      ratios.push(perSecond(200, made.seconds) / perSecond(bareInputs.length, bare.seconds));
      through.push(perSecond(200, made.seconds));
      refusals.push(perSecond(losers.length, refused.seconds) / perSecond(200, made.seconds));
    }
    return [
      { what: "holds through the handler", value: rate(median(through)) },
      {
        what: "holds through the handler, against their bare TransactWrite",
        value: median(ratios).toFixed(2),
        bound: { least: 0.5, ratio: median(ratios) },
      },
      {
        what: "sold-out refusals per second, against holds per second, through the handler",
        value: median(refusals).toFixed(1),
      },
      await refusalRate(store),
      await refusalWrites(store),
      ...(await claimFigures(store)),
    ];
  } finally {
    process.stdout.write = write;
    await stop();
  }
}

/** Sold-out refusals compared with holds, in the store, without the handler. */
async function refusalRate(store: Store): Promise<Figure> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { cohorts, offers: list } = await offers(store, 4, 50);
    const act = ({ offer, email }: Offer) => holdOne(store, offer, email, clock());
    const made = await inParallel(list, clients, act);
    const program = sampleProgram();
    const losers = await Promise.all(
      list.map(async (_one, index) => ({
        offer: await sampleQuote(store, program, cohorts[index % cohorts.length] as Cohort, clock()),
        email: somebody(),
      })),
    );
    const refused = await inParallel(losers, clients, act);
    ratios.push(made.seconds / refused.seconds);
  }
  const ratio = median(ratios);
  const what = "sold-out refusals per second, against holds per second, in the store";
  return { what, value: ratio.toFixed(1), bound: { least: 4, ratio } };
}

/** The requests to DynamoDB of a sold-out refusal. */
async function refusalWrites(store: Store): Promise<Figure> {
  const { cohorts, offers: list } = await offers(store, 1, 5);
  for (const { offer, email } of list) await holdOne(store, offer, email, clock());
  const commands: string[] = [];
  const counting = intercepted(store, (command, send) => {
    commands.push(command.constructor.name);
    return send();
  });
  const offer = await sampleQuote(store, sampleProgram(), cohorts[0] as Cohort, clock());
  const refused = await holdOne(counting, offer, somebody(), clock());
  if (refused.ok || refused.reason !== "sold_out") throw new Error("the cohort was not sold out");
  const writes = commands.filter((name) => !/^(Query|Get|BatchGet|TransactGet)Command$/.test(name)).length;
  const value = `${writes} writes, ${commands.length - writes} reads`;
  return { what: "a sold-out refusal", value, bound: { most: 0, ratio: writes } };
}

const workers = 64;

/**
 * 2,000 places in 34 cohorts, 64 workers: claims of a free place compared with decrements of one counter per cohort.
 */
async function claimFigures(store: Store): Promise<Figure[]> {
  const claims = await offers(store, 34, 59);
  let retried = 0;
  const counted = intercepted(store, (command, send) => {
    if (command instanceof TransactWriteCommand) retried++;
    return send();
  });
  const shuffled = claims.offers.toSorted(() => store.random() - 0.5);
  const claimed = await inParallel(shuffled, workers, ({ offer, email }) => holdOne(counted, offer, email, clock()));

  const counters = await offers(store, 34, 59);
  for (const cohort of counters.cohorts) {
    await store.client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: store.tables.core, Item: { pk: `CNT#${cohort.id}`, sk: "COUNTER", left: 59 } } },
        ],
      }),
    );
  }
  const [place] = (await readCohort(store, counters.cohorts[0]?.id ?? ""))?.places ?? [];
  if (place === undefined) throw new Error("the cohort has no place");
  const byCounter = counters.offers
    .toSorted(() => store.random() - 0.5)
    .map(({ offer, email }) => ({
      offer,
      email,
      store: withCounter(store, offer.cohortId, { ...place, datesVersion: offer.terms.datesVersion }),
    }));
  const decremented = await inParallel(byCounter, workers, (one) => holdOne(one.store, one.offer, one.email, clock()));
  const ratio = decremented.seconds / claimed.seconds;
  const count = shuffled.length;
  return [
    {
      what: `claiming a free place, ${count} of 34 cohorts, ${workers} workers`,
      value: rate(perSecond(count, claimed.seconds)),
    },
    { what: "transactions tried again there", value: `${(((retried - count) / count) * 100).toFixed(1)} %` },
    {
      what: "claiming a free place, against one shared counter",
      value: ratio.toFixed(2),
      bound: { least: 0.5, ratio },
    },
  ];
}

/** The same transaction with the decrement of a counter instead of the claim, without a search for a place. */
function withCounter(store: Store, cohortId: string, place: Parameters<typeof placeItem>[0]): Store {
  return intercepted(store, async (command, send) => {
    if (command instanceof QueryCommand) return { Items: [placeItem(place)] };
    if (!(command instanceof TransactWriteCommand)) return send();
    const TransactItems = command.input.TransactItems?.map((item) =>
      item.Update?.UpdateExpression?.includes("claimedBy")
        ? {
            Update: {
              TableName: store.tables.core,
              Key: { pk: `CNT#${cohortId}`, sk: "COUNTER" },
              UpdateExpression: "SET #left = #left - :one",
              ConditionExpression: "#left > :zero",
              ExpressionAttributeNames: { "#left": "left" },
              ExpressionAttributeValues: { ":one": 1, ":zero": 0 },
            },
          }
        : item,
    );
    return store.client.send(new TransactWriteCommand({ ...command.input, TransactItems }));
  });
}
