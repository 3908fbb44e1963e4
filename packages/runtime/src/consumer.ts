import { Failure } from "@clearing/domain/failure";
import type { Instant } from "@clearing/domain/time";
import middy from "@middy/core";
import type {
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
  Context as LambdaContext,
  SQSBatchResponse,
  SQSEvent,
  SQSRecord,
} from "aws-lambda";
import { correlated, type Deps, type DepsFactory } from "./deps.ts";
import { jsonLog } from "./log.ts";

/** A message of the bus: `name` is the detail-type, the rest the detail (`contracts/events.ts`). */
export type BusEvent = {
  source: string;
  name: string;
  id: string;
  version: number;
  occurredAt: Instant;
  /** The correlation id of the work that caused the event. */
  correlationId: string;
  subject: { type: string; id: string; version: number };
  data: Readonly<Record<string, unknown>>;
};

/** Handles an event and returns its decision in one word, such as `confirmed`, for the log. */
export type EventHandler<D extends Deps> = (event: BusEvent, deps: D) => Promise<string>;

/**
 * The Lambda handler of a queue behind a bus. `read` parses a message into an event, or null. Messages can repeat and
 * arrive in any order: handlers are idempotent through conditions on state. Messages about one subject are handled one
 * after another, to avoid conflicts on its item. Only a failed message is retried, and goes to the dead-letter queue in
 * the end.
 */
export function sqsConsumer<D extends Deps>(
  depsFactory: DepsFactory<D>,
  handle: EventHandler<D>,
  read: (body: string) => BusEvent | null = parseBusEvent,
) {
  const consume = async ({ Records }: SQSEvent, { awsRequestId }: LambdaContext): Promise<SQSBatchResponse> => {
    const deps = await depsFactory(awsRequestId);
    if ("notConfigured" in deps) {
      // No work depends on a message: everything it asks of Stripe also has a deadline in the tables, which the sweep
      // finds.
      deps.log.info("stripe not configured; messages left to the sweeps", { messages: Records.length });
      return { batchItemFailures: [] };
    }
    const failed: string[] = [];
    const handleOne = async ({ messageId, body }: SQSRecord): Promise<void> => {
      const event = read(body);
      if (event === null) {
        failed.push(messageId);
        deps.log.error("malformed bus message", null, { messageId });
        return;
      }
      const own = correlated(deps, event.correlationId);
      const log = own.log.with({ eventId: event.id, event: event.name, subjectId: event.subject.id });
      try {
        log.info("event handled", { decided: await handle(event, { ...own, log }) });
      } catch (error) {
        failed.push(messageId);
        log.error("event failed", error);
        log.metric("EventFailures", 1, "Count", { event: event.name });
      }
    };
    const bySubject = Map.groupBy(Records, ({ messageId, body }) => read(body)?.subject.id ?? messageId);
    await Promise.all([...bySubject.values()].map((records) => inTurn(records, handleOne)));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
  return middy<SQSEvent, SQSBatchResponse, Error, LambdaContext>(consume).use(outageLog());
}

/**
 * The Lambda handler of a table's stream. `handle` returns the sequence numbers that failed; the stream restarts from
 * the first of them, so later records can repeat.
 */
export function streamHandler<D extends Deps>(
  depsFactory: (correlationId: string) => Promise<D>,
  handle: (records: readonly DynamoDBRecord[], deps: D) => Promise<readonly string[]>,
) {
  const consume = async (
    { Records }: DynamoDBStreamEvent,
    { awsRequestId }: LambdaContext,
  ): Promise<DynamoDBBatchResponse> => {
    const failed = await handle(Records, await depsFactory(awsRequestId));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse, Error, LambdaContext>(consume).use(outageLog());
}

/**
 * The Lambda handler of a schedule: one run. A failed run is reported to the dead-letter queue; the next run does its
 * work.
 */
export function scheduledHandler<D extends Deps>(depsFactory: DepsFactory<D>, run: (deps: D) => Promise<void>) {
  const runOnce = async (_: unknown, { awsRequestId }: LambdaContext): Promise<void> => {
    const deps = await depsFactory(awsRequestId);
    if ("notConfigured" in deps) deps.log.info("stripe not configured; run skipped");
    else await run(deps);
  };
  return middy<unknown, void, Error, LambdaContext>(runOnce).use(outageLog());
}

/**
 * Logs an escaped error without its message, and throws another one so that the event source retries. Lambda writes the
 * message of a thrown error to the log and to the dead-letter queue.
 */
export function outageLog(): middy.MiddlewareObj {
  return {
    onError: (request) => {
      const { error, context } = request;
      jsonLog({ correlationId: context.awsRequestId }).error("invocation failed", error);
      request.error = new Failure("invocation failed; see the log");
    },
  };
}

async function inTurn<T>(items: readonly T[], handle: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await handle(item);
}

function parseBusEvent(body: string): BusEvent | null {
  try {
    const envelope = JSON.parse(body);
    const { source, detail } = envelope;
    const name = envelope["detail-type"];
    const whole =
      typeof source === "string" &&
      typeof name === "string" &&
      typeof detail?.id === "string" &&
      typeof detail.subject?.id === "string";
    // A message that an earlier release has written has no correlation id; its event id is used.
    return whole ? { source, name, correlationId: detail.id, ...detail } : null;
  } catch {
    return null;
  }
}
