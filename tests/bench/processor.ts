import { readdirSync, readFileSync } from "node:fs";

/** The processor time of each thread of a process so far, in milliseconds, with the thread's name. Linux only. */
export function threadTimes(pid: number): Map<string, { name: string; ms: number }> {
  const folder = `/proc/${pid}/task`;
  const threads = readdirSync(folder).flatMap((thread) => {
    try {
      const name = readFileSync(`${folder}/${thread}/comm`, "utf8").trim();
      const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, "utf8").split(" ");
      return [[thread, { name, ms: Number(nanoseconds) / 1e6 }] as const];
    } catch {
      // The thread has ended since the folder was listed.
      return [];
    }
  });
  return new Map(threads);
}

type CallFrame = { functionName: string; url: string };
type Node = { id: number; callFrame: CallFrame; children?: number[] };
type Profile = { nodes: Node[]; samples: number[]; timeDeltas: number[] };

/** Samples the main thread of a process that listens for an inspector on `port` while `work` runs. */
export async function profiled(port: number, work: () => Promise<unknown>): Promise<Profile> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? "");
  const answers = new Map<number, (result: { profile?: Profile }) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: { profile?: Profile } };
    answers.get(id)?.(result);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let last = 0;
  const ask = (method: string) =>
    new Promise<{ profile?: Profile }>((resolve) => {
      answers.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method }));
    });
  try {
    await ask("Profiler.enable");
    await ask("Profiler.start");
    await work();
    const { profile } = await ask("Profiler.stop");
    if (profile === undefined) throw new Error("the inspector returned no profile");
    return profile;
  } finally {
    socket.close();
  }
}

/**
 * The share of each owner in a thread's work, 0 to 1. A sample belongs to the owner of its innermost frame that has
 * one, otherwise to `rest`.
 */
export function sharesOf<Owner extends string>(
  { nodes, samples, timeDeltas }: Profile,
  owner: (url: string) => Owner | undefined,
  rest: Owner,
): Partial<Record<Owner, number>> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner>();
  const idle = new Set<number>();
  const visit = (node: Node, above: Owner) => {
    const own = owner(node.callFrame.url) ?? above;
    owners.set(node.id, own);
    if (["(idle)", "(program)", "(root)"].includes(node.callFrame.functionName)) idle.add(node.id);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) visit(child, own);
    }
  };
  if (nodes[0]) visit(nodes[0], rest);
  const spent: Partial<Record<Owner, number>> = {};
  let worked = 0;
  for (const [index, id] of samples.entries()) {
    if (idle.has(id)) continue;
    const took = timeDeltas[index] ?? 0;
    const own = owners.get(id) ?? rest;
    spent[own] = (spent[own] ?? 0) + took;
    worked += took;
  }
  for (const own of Object.keys(spent) as Owner[]) spent[own] = (spent[own] ?? 0) / worked;
  return spent;
}
