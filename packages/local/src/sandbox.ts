import type { Invoke, Outcome } from "./lambda-worker.ts";
import type { FunctionSpec } from "./topology.ts";

/** The result of a Lambda invocation: the payload as JSON, or an error as Lambda describes it. */
export type Invocation =
  | { ok: true; payload: string | undefined }
  | { ok: false; errorType: string; errorMessage: string; trace?: string[] };

/** One loaded bundle: concurrent invocations in a thread, one at a time in a process. */
export type Sandbox = {
  /** Runs one invocation, which the caller has counted in `busy`. */
  run(event: string, context: Record<string, unknown>): Promise<Invocation>;
  busy: number;
  retiring: boolean;
  end(): Promise<void>;
};

/** The result of an invocation whose sandbox was ended during it. */
export const exited: Invocation = {
  ok: false,
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited with error: signal: killed",
};

/** Longer than Lambda's ten seconds: here many bundles load at once, on the processors that also run the tests. */
const loadingMs = 120_000;

/** Counts the invocations of one sandbox and enforces their time-outs; `post` sends one to the loaded bundle. */
export function createSandbox(fn: FunctionSpec, post: (message: Invoke) => void, end: () => Promise<void>) {
  const pending = new Map<number, { begin(): void; finish(result: Invocation): void }>();
  let last = 0;
  let loaded = false;
  const sandbox = {
    busy: 0,
    retiring: false,
    end,
    run(event: string, context: Record<string, unknown>): Promise<Invocation> {
      const id = ++last;
      return new Promise<Invocation>((resolve) => {
        const timeOut = () => {
          sandbox.retiring = true;
          const seconds = (fn.timeoutMs / 1000).toFixed(2);
          finish({
            ok: false,
            errorType: "Sandbox.Timedout",
            errorMessage: `${context.awsRequestId} Task timed out after ${seconds} seconds`,
          });
        };
        // A function's time-out starts with its handler. Loading the bundle has a separate one, like Lambda's init
        // phase.
        let timer = setTimeout(timeOut, loaded ? fn.timeoutMs : loadingMs);
        const begin = () => {
          clearTimeout(timer);
          timer = setTimeout(timeOut, fn.timeoutMs);
        };
        const finish = (result: Invocation) => {
          if (!pending.delete(id)) return;
          clearTimeout(timer);
          sandbox.busy--;
          resolve(result);
        };
        pending.set(id, { begin, finish });
        post({ id, event, context, timeoutMs: fn.timeoutMs });
      });
    },
    settle(outcome: Outcome): void {
      const invocation = pending.get(outcome.id);
      loaded = true;
      if ("began" in outcome) invocation?.begin();
      else if ("error" in outcome) invocation?.finish({ ok: false, ...outcome.error });
      else invocation?.finish({ ok: true, payload: outcome.payload });
    },
    fail(): void {
      sandbox.retiring = true;
      for (const { finish } of [...pending.values()]) finish(exited);
    },
  };
  return sandbox satisfies Sandbox;
}
