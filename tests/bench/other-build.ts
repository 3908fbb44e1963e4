import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nextMidday } from "../harness/days.ts";
import { freePorts } from "../harness/free-ports.ts";
import { type Client, connect } from "../harness/http.ts";

const root = join(import.meta.dirname, "../..");
const startsWithinMs = 180_000;

/** A stack in a separate process, started by the code of its build and driven only over HTTP. */
export type BuildStack = {
  /** Without the database's address, because another build may store other items. */
  client: Client;
  /** The process of the stack without the database. */
  pid: number;
  /** The database's process. */
  databasePid: number;
  stop(): Promise<void>;
};

/** The product at one commit, installed. */
export type Build = {
  /** Starts an empty stack on free ports, at noon. `nodeFlags` are passed to its process. */
  start(nodeFlags?: readonly string[]): Promise<BuildStack>;
  /** Removes the files of the build. Stop its stacks first. */
  remove(): void;
};

/** The working tree. */
export const thisBuild = (): Build => ({ start: (nodeFlags) => startIn(root, nodeFlags), remove: () => {} });

/**
 * The build of a git ref, in a worktree in a temporary folder. Rejects if the ref is unknown or cannot be installed.
 */
export function otherBuild(ref: string): Build {
  const folder = mkdtempSync(join(tmpdir(), "clearing-build-"));
  const tree = join(folder, "tree");
  const git = (...parameters: string[]) => execFileSync("git", parameters, { cwd: root, stdio: "pipe" });
  const remove = () => {
    if (existsSync(tree)) git("worktree", "remove", "--force", tree);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    git("worktree", "add", "--quiet", "--detach", tree, ref);
    execFileSync("npm", ["run", "--silent", "setup", "--", "--prefer-offline"], { cwd: tree, stdio: "pipe" });
  } catch (error) {
    remove();
    throw error;
  }
  return { start: (nodeFlags) => startIn(tree, nodeFlags), remove };
}

async function startIn(tree: string, nodeFlags: readonly string[] = []): Promise<BuildStack> {
  const dataDir = mkdtempSync(join(tmpdir(), "clearing-build-data-"));
  const [port = 0, stripePort = 0] = await freePorts(2);
  const child = spawn(
    join(tree, "node_modules/.bin/node"),
    [...nodeFlags, "scripts/start.ts", "--fresh", "--no-seed"],
    {
      cwd: tree,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(port),
        STRIPE_SIMULATOR_PORT: String(stripePort),
        CLEARING_DATA_DIR: dataDir,
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  const stop = async () => {
    await ended(child);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const client = connect({
      apiUrl: `http://127.0.0.1:${port}`,
      simulatorUrl: `http://127.0.0.1:${stripePort}`,
      dynamoDbUrl: "",
      tables: [],
    });
    await untilHealthy(client, () => {
      if (child.exitCode !== null) throw new Error(`the stack of ${tree} ended: ${complaint}`);
    });
    await client.must("POST", "/_local/clock", { body: { to: new Date(nextMidday()).toISOString() } });
    const databasePid = Number(readFileSync(join(dataDir, "dynoxide.pid"), "utf8"));
    return { client, pid: child.pid ?? 0, databasePid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilHealthy({ apiUrl }: Client, check: () => void): Promise<void> {
  const deadline = performance.now() + startsWithinMs;
  while (performance.now() < deadline) {
    check();
    const answer = await fetch(`${apiUrl}/health`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(200);
  }
  throw new Error(`/health did not answer within ${startsWithinMs / 1_000} s`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await exit;
  clearTimeout(timer);
}
