import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

/**
 * Runs one function's bundle, in a worker thread or in a child process. Before the bundle is imported `Date` is replaced,
 * so that the product reads the stack's time without knowing; `performance` and timers stay real.
 */
export type WorkerSetup = { file: string; exportName: string; offset: SharedArrayBuffer | number };
export type Invoke = {
  id: number;
  event: string;
  timeoutMs: number;
  context: Record<string, unknown>;
  offset?: number;
};
export type Outcome =
  | { id: number; began: true }
  | { id: number; payload: string | undefined }
  | { id: number; error: { errorType: string; errorMessage: string; trace: string[] } };

const setup = (parentPort ? workerData : JSON.parse(process.argv[2] ?? "{}")) as WorkerSetup;
const offset =
  setup.offset instanceof SharedArrayBuffer ? new Float64Array(setup.offset) : new Float64Array([setup.offset]);
const send = (outcome: Outcome) => (parentPort ? parentPort.postMessage(outcome) : process.send?.(outcome));

replaceDate();
type Handler = (event: unknown, context: unknown) => unknown;
const loaded: Promise<Handler> = import(pathToFileURL(setup.file).href).then((module) => module[setup.exportName]);
loaded.catch(() => {});

if (parentPort) {
  parentPort.on("message", (message: Invoke) => void run(message));
} else {
  process.on("message", (message: Invoke) => {
    offset[0] = message.offset ?? 0;
    void run(message);
  });
  process.on("disconnect", () => process.exit());
}

async function run({ id, event, timeoutMs, context }: Invoke): Promise<void> {
  try {
    const handler = await loaded;
    const deadline = performance.now() + timeoutMs;
    send({ id, began: true });
    const result = await handler(JSON.parse(event), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
    });
    send({ id, payload: JSON.stringify(result) });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    console.error(JSON.stringify({ level: "ERROR", invocation: context.awsRequestId, error: error.stack }));
    send({ id, error: { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") } });
  }
}

function replaceDate(): void {
  const RealDate = Date;
  const realNow = Date.now;
  const now = () => Math.floor(realNow() + (offset[0] ?? 0));
  RealDate.now = now;
  const VirtualDate: DateConstructor = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct(target, values: [], newTarget) {
      return Reflect.construct(
        target,
        values.length > 0 ? values : [now()],
        newTarget === VirtualDate ? target : newTarget,
      );
    },
  });
  RealDate.prototype.constructor = VirtualDate;
  globalThis.Date = VirtualDate;
}
