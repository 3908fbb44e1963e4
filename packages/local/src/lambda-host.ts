import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Clock } from "./clock.ts";
import type { DirectDynamoDb } from "./direct-dynamodb.ts";
import type { NotLoaded, Outcome, WorkerSetup, Wrote } from "./lambda-worker.ts";
import { region } from "./resource.ts";
import { createSandbox, exited, type Invocation, type Sandbox } from "./sandbox.ts";
import type { FunctionSpec } from "./topology.ts";

export type LambdaHost = {
  invoke(functionId: string, event: unknown): Promise<Invocation>;
  /** Loads a function's bundle before its first invocation. */
  warm(functionId: string): void;
  /** Reloads a function's bundle for its next invocations. Running invocations finish with the old one. */
  reload(label: string): void;
  /** Kills the caller's process, as a crash would. A caller in a worker thread is not affected. */
  crash(caller: string): void;
  /** The functions with invocations under way, as `mailer (3)`. */
  running(): string[];
  /** Resolves when no invocation is under way. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  functions: readonly FunctionSpec[];
  clock: Clock;
  endpoint: string;
  logs: string;
  /** The folder of Node's compile cache. Without it each new thread compiles its bundle again. */
  compiled: (fn: FunctionSpec) => string | undefined;
  /** Environment variables that the stack adds or replaces. */
  environment: (fn: FunctionSpec) => Record<string, string>;
  /** A thread's direct access to the database; undefined if its calls use the endpoint. */
  dynamodb: (fn: FunctionSpec) => DirectDynamoDb | undefined;
  /** Called when a thread has written to this table. */
  onWrite: (table: string) => void;
  /** True while a function's handlers must run in processes that can be killed. */
  crashing: (fn: FunctionSpec) => boolean;
  /** Called with a line about each load of a bundle that fails. */
  log: (line: string) => void;
};

/** The maximum number of processes per function while crashes are possible. */
const maxProcesses = 16;
const workerFile = new URL("./lambda-worker.ts", import.meta.url);
/** Runs bundles with the template's environment and time-outs, and with Lambda's errors. */
export function createLambdaHost(options: Options): LambdaHost {
  const hosts = new Map(options.functions.map((fn) => [fn.id, hostFunction(fn, options)]));
  const host = (id: string) => {
    const found = hosts.get(id);
    if (!found) throw new Error(`the template has no function ${id}`);
    return found;
  };
  const running = () =>
    [...hosts.values()].filter(({ running }) => running() > 0).map(({ label, running }) => `${label} (${running()})`);
  return {
    invoke: (id, event) => host(id).invoke(event),
    warm: (id) => host(id).warm(),
    reload: (label) => {
      for (const fn of options.functions) if (fn.label === label) host(fn.id).reload();
    },
    running,
    settled: async () => {
      while (running().length > 0) await sleep(2);
    },
    crash: (caller) => hosts.get(caller.split(".")[0] ?? "")?.crash(caller),
    stop: async () => {
      await Promise.all([...hosts.values()].map((each) => each.stop()));
    },
  };
}

function hostFunction(fn: FunctionSpec, options: Options) {
  const logFile = join(options.logs, `${fn.label}.log`);
  const log = openSync(logFile, "a");
  const processes = new Map<string, { sandbox: Sandbox; child: ChildProcess }>();
  const waiting: (() => void)[] = [];
  let thread: Sandbox | undefined;
  let spawned = 0;
  let underWay = 0;
  let stopped = false;

  const setup = (offset: SharedArrayBuffer | number): WorkerSetup => {
    const [file, exportName = "handler"] = fn.handler.split(".");
    return { file: join(fn.folder, `${file}.mjs`), exportName, offset };
  };
  /** A caller gets only what API Gateway tells it, and a warm-up has no caller. */
  const reportFailedLoad = ({ notLoaded }: NotLoaded) =>
    options.log(`${fn.label} does not load: ${notLoaded} (see ${logFile})`);
  const { PATH = "" } = process.env;
  const compiled = options.compiled(fn);
  const environment = (caller: string): Record<string, string> => ({
    PATH,
    ...(compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }),
    TZ: ":UTC",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: caller,
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory),
    ...fn.environment,
    ...options.environment(fn),
  });

  function startThread(): Sandbox {
    const worker = new Worker(workerFile, {
      name: fn.label,
      workerData: { ...setup(options.clock.offset), thread: { log, dynamodb: options.dynamodb(fn) } },
      env: environment(fn.id),
      stdout: true,
      stderr: true,
      execArgv: ["--no-warnings"],
    });
    worker.unref();
    const sandbox = createSandbox(
      fn,
      (message) => worker.postMessage(message),
      () => worker.terminate().then(() => {}),
    );
    worker.on("message", (message: Outcome | Wrote | NotLoaded) => {
      if ("wrote" in message) message.wrote.forEach(options.onWrite);
      else if ("notLoaded" in message) reportFailedLoad(message);
      else sandbox.settle(message);
    });
    worker.on("error", (error: Error) => writeSync(log, `${error.stack}\n`));
    worker.on("exit", () => {
      sandbox.fail();
      if (thread === sandbox) thread = undefined;
    });
    return sandbox;
  }

  function sharedThread(): Sandbox {
    thread ??= startThread();
    for (const { sandbox, child } of processes.values()) if (sandbox.busy === 0) child.kill("SIGKILL");
    return thread;
  }

  /**
   * Reserves a place for one more invocation, counted as busy at once so that no other invocation takes the process.
   */
  async function occupy(): Promise<Sandbox> {
    if (options.crashing(fn)) return freeProcess();
    const shared = sharedThread();
    shared.busy++;
    return shared;
  }

  function startProcess(): Sandbox {
    const caller = `${fn.id}.${++spawned}`;
    const child = fork(workerFile, [JSON.stringify(setup(0))], {
      env: environment(caller),
      execArgv: ["--no-warnings"],
      stdio: ["ignore", log, log, "ipc"],
    });
    const offset = new Float64Array(options.clock.offset);
    const sandbox = createSandbox(
      fn,
      (message) => child.send({ ...message, offset: offset[0] ?? 0 }, () => {}),
      async () => void child.kill("SIGKILL"),
    );
    child.on("message", (message: Outcome | NotLoaded) => {
      if ("notLoaded" in message) reportFailedLoad(message);
      else sandbox.settle(message);
    });
    child.on("exit", () => {
      processes.delete(caller);
      sandbox.fail();
      waiting.shift()?.();
    });
    processes.set(caller, { sandbox, child });
    return sandbox;
  }

  async function freeProcess(): Promise<Sandbox> {
    for (;;) {
      const idle = [...processes.values()].find(({ sandbox }) => sandbox.busy === 0 && !sandbox.retiring)?.sandbox;
      const sandbox = idle ?? (processes.size < maxProcesses ? startProcess() : undefined);
      if (sandbox) {
        sandbox.busy++;
        return sandbox;
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  async function invoke(event: unknown): Promise<Invocation> {
    if (stopped) return exited;
    underWay++;
    try {
      return await invokeIn(await occupy(), event);
    } finally {
      underWay--;
    }
  }

  async function invokeIn(sandbox: Sandbox, event: unknown): Promise<Invocation> {
    const awsRequestId = randomUUID();
    const result = await sandbox.run(JSON.stringify(event), {
      awsRequestId,
      functionName: fn.name,
      functionVersion: "$LATEST",
      invokedFunctionArn: fn.arn,
      memoryLimitInMB: String(fn.memory),
      logGroupName: `/aws/lambda/${fn.name}`,
      logStreamName: "local",
    });
    // Lambda discards a sandbox after a time-out; here the other invocations in it may finish first.
    if (sandbox.retiring && thread === sandbox) thread = undefined;
    if (sandbox.retiring && sandbox.busy === 0) await sandbox.end();
    if (sandbox !== thread) waiting.shift()?.();
    return result;
  }

  function reload(): void {
    for (const sandbox of [thread, ...[...processes.values()].map((each) => each.sandbox)]) {
      if (sandbox === undefined) continue;
      sandbox.retiring = true;
      if (sandbox.busy === 0) void sandbox.end();
    }
    thread = undefined;
  }

  return {
    label: fn.label,
    invoke,
    running: () => underWay,
    reload,
    warm: () => {
      if (!stopped) sharedThread();
    },
    crash: (caller: string) => void processes.get(caller)?.child.kill("SIGKILL"),
    async stop() {
      stopped = true;
      await thread?.end();
      for (const { child } of processes.values()) child.kill("SIGKILL");
      closeSync(log);
    },
  };
}
