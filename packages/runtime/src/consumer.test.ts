import type { Context, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type BusEvent, scheduledHandler, sqsConsumer, streamHandler } from "./consumer.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const context = {} as Context;

function envelope(id: string, subjectId: string, correlationId?: string): string {
  const detail = {
    id,
    version: 1,
    occurredAt: "2027-01-01T00:00:00Z",
    ...(correlationId && { correlationId }),
    subject: { type: "booking", id: subjectId, version: 2 },
    data: { status: "held" },
  };
  return JSON.stringify({ version: "0", id: `bus-${id}`, source: "clearing", "detail-type": "BookingHeld", detail });
}

const queue = (...bodies: string[]): SQSEvent =>
  ({ Records: bodies.map((body, index) => ({ messageId: `message-${index + 1}`, body })) }) as SQSEvent;

function consumer(handle: (event: BusEvent) => Promise<void>) {
  const { deps, log } = fakeDeps();
  const run = sqsConsumer(
    async () => deps,
    async (event) => {
      await handle(event);
      return "done";
    },
  );
  return { run, log };
}

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

describe("while Stripe is not configured", () => {
  const { deps, log } = fakeDeps();
  const factory = async () => ({ notConfigured: "stripe", log: deps.log }) as const;
  const never = async () => {
    throw new Error("the handler must not be called");
  };

  test("a consumer drops its messages, leaves their work to the sweeps, and makes no dead letters", async () => {
    const run = sqsConsumer(factory, never);

    expect(await run(queue(envelope("evt_1", "bkg_1")), context)).toEqual({ batchItemFailures: [] });
  });

  test("a schedule does nothing, and logs one line at info level", async () => {
    log.length = 0;
    await scheduledHandler(factory, never)({}, context);

    expect(log.map((line) => JSON.parse(line).level)).toEqual(["info"]);
  });
});

describe("a consumer of a queue", () => {
  test("gets the event as the bus delivered it", async () => {
    const seen: BusEvent[] = [];
    const { run } = consumer(async (event) => {
      seen.push(event);
    });

    const result = await run(queue(envelope("evt_1", "bkg_1")), context);

    expect(result).toEqual({ batchItemFailures: [] });
    expect(seen).toMatchObject([
      { source: "clearing", name: "BookingHeld", id: "evt_1", subject: { id: "bkg_1" }, data: { status: "held" } },
    ]);
  });

  test("handles each event under its correlation id, and logs the decision in one line", async () => {
    const { deps, log } = fakeDeps();
    const stores: string[] = [];
    const run = sqsConsumer(
      async () => deps,
      async (_, { store }) => {
        stores.push(store.correlationId);
        return "confirm";
      },
    );

    await run(queue(envelope("evt_1", "bkg_1", "JKJaXmPLvHcESHA="), envelope("evt_2", "bkg_2")), context);

    // A message of an earlier release has only its event id.
    expect(stores).toEqual(["JKJaXmPLvHcESHA=", "evt_2"]);
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { message: "event handled", eventId: "evt_1", correlationId: "JKJaXmPLvHcESHA=", decided: "confirm" },
      { message: "event handled", eventId: "evt_2", correlationId: "evt_2", decided: "confirm" },
    ]);
  });

  test("reports only the failed message", async () => {
    const { run } = consumer(async ({ id }) => {
      if (id === "evt_2") throw new Error("no");
    });

    const result = await run(
      queue(envelope("evt_1", "bkg_1"), envelope("evt_2", "bkg_2"), envelope("evt_3", "bkg_2")),
      context,
    );

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "message-2" }] });
  });

  test.each([
    "not json",
    "null",
    '{"source":"clearing"}',
    '{"source":"clearing","detail-type":"X","detail":{"id":"e"}}',
  ])("reports a malformed message, which becomes a dead letter: %s", async (body) => {
    const { run } = consumer(async () => undefined);

    expect(await run(queue(body), context)).toEqual({ batchItemFailures: [{ itemIdentifier: "message-1" }] });
  });

  test("handles messages about one subject in sequence, others in parallel", async () => {
    let running: string[] = [];
    const together: string[][] = [];
    const { run } = consumer(async ({ subject }) => {
      running.push(subject.id);
      together.push([...running]);
      await new Promise((done) => setTimeout(done, 5));
      running = running.filter((id) => id !== subject.id);
    });

    await run(queue(envelope("evt_1", "bkg_1"), envelope("evt_2", "bkg_1"), envelope("evt_3", "bkg_2")), context);

    expect(together.some((ids) => ids.includes("bkg_1") && ids.includes("bkg_2"))).toBe(true);
    expect(together.every((ids) => new Set(ids).size === ids.length)).toBe(true);
  });

  test("logs a failure with its event's id and without its message", async () => {
    const { run, log } = consumer(async () => {
      throw new Error("mail to anna@example.org failed");
    });

    await run(queue(envelope("evt_1", "bkg_1")), context);

    expect(JSON.parse(log[0] ?? "")).toMatchObject({ level: "error", eventId: "evt_1", subjectId: "bkg_1" });
    expect(log.join("")).not.toContain("anna");
  });

  test("fails as a whole if it cannot start, so that the queue retries", async () => {
    const run = sqsConsumer(
      async () => {
        throw new Error("environment variable CORE_TABLE is not set");
      },
      async () => "done",
    );

    await expect(run(queue(envelope("evt_1", "bkg_1")), context)).rejects.toThrow("invocation failed");
  });
});

test("reports to a stream which records to retry", async () => {
  const { deps } = fakeDeps();
  const run = streamHandler(
    async () => deps,
    async (records) => records.map(({ eventID = "" }) => eventID),
  );

  const result = await run({ Records: [{ eventID: "7" }] } as DynamoDBStreamEvent, context);

  expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: "7" }] });
});

test("lets a schedule's failure through, so that it is retried", async () => {
  const { deps } = fakeDeps();
  const run = scheduledHandler(
    async () => deps,
    async () => {
      throw new Error("down");
    },
  );

  // Lambda writes a thrown error to its log and to the dead letter, so it has none of the failure's own words.
  await expect(run({}, context)).rejects.toThrow("invocation failed");
});
