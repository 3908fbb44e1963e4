export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Structured lines on standard output. Fields are ids, statuses and amounts; never a name, an address or a body (I8). */
export type Log = {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, error: unknown, fields?: LogFields): void;
  /** One measurement in CloudWatch's embedded metric format, for the stage as a whole and by `dimensions`, which have few values each. */
  metric(
    name: string,
    value: number,
    unit: "Count" | "Milliseconds",
    dimensions?: Readonly<Record<string, string>>,
  ): void;
  with(fields: LogFields): Log;
};

type Write = (line: string) => void;

export function jsonLog(fields: LogFields = {}, write: Write = (line) => process.stdout.write(`${line}\n`)): Log {
  const line = (level: string, message: string, more: LogFields = {}) =>
    write(JSON.stringify({ level, time: new Date().toISOString(), message, ...fields, ...more }));
  return {
    info: (message, more) => line("info", message, more),
    warn: (message, more) => line("warn", message, more),
    error: (message, error, more) => line("error", message, { ...describeError(error), ...more }),
    metric: (name, value, unit, dimensions = {}) => {
      const { stage } = fields;
      const names = Object.keys(dimensions);
      const Dimensions = [["stage"], ...(names.length > 0 ? [["stage", ...names]] : [])];
      const CloudWatchMetrics = [{ Namespace: "Clearing", Dimensions, Metrics: [{ Name: name, Unit: unit }] }];
      write(
        JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, stage, ...dimensions, [name]: value }),
      );
    },
    with: (more) => jsonLog({ ...fields, ...more }, write),
  };
}

/** An error without what people typed: messages of parsers and of the mail service quote bodies and addresses. */
function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const message = error.message.replace(/\S+@\S+/g, "[address]").replace(/"[^"]*"/g, '"…"');
  const frames = error.stack
    ?.split("\n")
    .filter((frame) => frame.startsWith("    at "))
    .slice(0, 8)
    .join("\n");
  const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons;
  const codes = reasons?.map(({ Code }) => Code ?? "None").join(",");
  return { error: error.name, detail: message.slice(0, 300), ...(codes ? { reasons: codes } : {}), stack: frames };
}
