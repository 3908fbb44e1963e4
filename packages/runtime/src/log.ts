import { Failure } from "@clearing/domain/failure";
import { type FieldName, type LogValue, shown } from "./log-fields.ts";
import { inSources } from "./source-frames.ts";

export type LogFields = Readonly<Partial<Record<FieldName, LogValue>>>;

/**
 * Structured log lines on standard output. A message is a constant text; variable parts are in the fields of
 * log-fields.ts: ids, codes and counts, never a name, an address or a body (I8).
 */
export type Log = {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, error: unknown, fields?: LogFields): void;
  /**
   * Writes one measurement in CloudWatch's embedded metric format, for the stage as a whole and by `dimensions`, which
   * must have few distinct values.
   */
  metric(
    name: string,
    value: number,
    unit: "Count" | "Milliseconds",
    dimensions?: Readonly<Partial<Record<FieldName, string>>>,
  ): void;
  with(fields: LogFields): Log;
};

type Write = (line: string) => void;

export function jsonLog(fields: LogFields = {}, write: Write = (line) => process.stdout.write(`${line}\n`)): Log {
  const line = (level: string, message: string, more: Readonly<Record<string, unknown>> = {}, words: Words = {}) =>
    write(
      JSON.stringify({ level, time: new Date().toISOString(), message, ...allShown({ ...fields, ...more }), ...words }),
    );
  return {
    info: (message, more) => line("info", message, more),
    warn: (message, more) => line("warn", message, more),
    error: (message, error, more) => {
      const { why, ...words } = describeError(error);
      line("error", message, { ...why, ...more }, words);
    },
    metric: (name, value, unit, dimensions = {}) => {
      const stage = shown("stage", fields.stage);
      const given = allShown(dimensions);
      const names = Object.keys(given);
      const Dimensions = [["stage"], ...(names.length > 0 ? [["stage", ...names]] : [])];
      const CloudWatchMetrics = [{ Namespace: "Clearing", Dimensions, Metrics: [{ Name: name, Unit: unit }] }];
      write(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, ...given, stage, [name]: value }));
    },
    with: (more) => jsonLog({ ...fields, ...more }, write),
  };
}

function allShown(fields: Readonly<Record<string, unknown>>): Record<string, LogValue> {
  const entries = Object.entries(fields).map(([name, value]) => [name, shown(name, value)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

type Words = { detail?: string | undefined; stack?: string };
type Described = Words & { why: Record<string, unknown> };

/**
 * Describes an error by class, codes and the place where it was thrown. Its message is left out, because parsers,
 * Stripe and the mail service quote bodies and addresses; only a `Failure` has a message of ours.
 */
function describeError(error: unknown): Described {
  if (!(error instanceof Error)) return { why: {} };
  const { name, code, type, requestId, $metadata, CancellationReasons, issues } = error as Error & Foreign;
  const isOfNode = typeof code === "string" && code === code.toUpperCase();
  const why = {
    error: name,
    ...(isOfNode ? { system: code } : { code }),
    stripeType: type,
    stripeRequest: requestId,
    awsRequest: $metadata?.requestId,
    status: $metadata?.httpStatusCode,
    reasons: CancellationReasons?.map(({ Code }) => Code ?? "None").join(","),
    issues: issues?.map((issue) => `${["input", ...(issue.path ?? [])].join(".")}:${issue.code}`).join(","),
    ...(error instanceof Failure ? error.fields : {}),
  };
  return { why, detail: error instanceof Failure ? error.words : undefined, stack: framesOf(error) };
}

/** The fields of errors of Stripe, AWS, Node and zod besides their messages. */
type Foreign = {
  code?: unknown;
  type?: unknown;
  requestId?: unknown;
  $metadata?: { requestId?: unknown; httpStatusCode?: unknown };
  CancellationReasons?: { Code?: string }[];
  issues?: { path?: readonly unknown[]; code?: unknown }[];
};

/** Node keeps ten frames by default. A failed call of the SDK has more above the first frame of ours. */
Error.stackTraceLimit = 40;

const isOurs = (frame: string): boolean => !/node_modules|node:/.test(frame);

/**
 * The first three stack frames and those in our sources, at most eight, without the message, even a multi-line one.
 */
function framesOf({ message, stack = "" }: Error): string {
  const end = stack.indexOf(message);
  const frames = end === -1 ? "" : stack.slice(end + message.length);
  return frames
    .split("\n")
    .filter((frame) => /^ {4}at .*:\d+:\d+\)?$/.test(frame))
    .map(inSources)
    .filter((frame, index) => index < 3 || isOurs(frame))
    .slice(0, 8)
    .join("\n");
}
