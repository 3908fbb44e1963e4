import { freePorts } from "../harness/free-ports.ts";
import { atATime, bookAll } from "./book-all.ts";
import type { Figure } from "./measure.ts";
import { type Build, type BuildStack, otherBuild, thisBuild } from "./other-build.ts";
import { profiled, sharesOf, threadTimes } from "./processor.ts";

/** 200 bookings in slices, so that two builds can alternate. */
const slices = 4;
const sliceSize = 50;
/** Bookings of the run in which the main thread is sampled. */
const sampled = 60;

/** The parts that use processor time. `node` is the time outside our code: HTTP, the event loop, garbage collection. */
const spenders = ["database", "stack", "simulator", "node", "v8", "functions"] as const;
type Spender = (typeof spenders)[number];
type Spent = Record<Spender, number>;

const names: Record<Spender, string> = {
  database: "the database",
  stack: "gateway, bus, queues, streams, function host",
  simulator: "the Stripe simulator",
  node: "Node itself: HTTP, event loop, garbage collection",
  v8: "V8's threads, for all parts: garbage collection, compilation",
  functions: "the functions and their clients",
};

/** Processor time of one booking from hold to confirmed, by part, over HTTP, 20 bookings at a time. */
export async function localStackFigures({ before }: { before: string | undefined }): Promise<Figure[]> {
  const builds = before === undefined ? [thisBuild()] : [otherBuild(before), thisBuild()];
  try {
    const [first, second] = await measureInTurns(builds);
    if (first === undefined) return [];
    if (second === undefined) return figuresOf(first, "");
    const ratio = ownOf(second) / ownOf(first);
    const compared = {
      what: "processor time of the local stack, relative to the earlier build",
      value: ratio.toFixed(2),
      bound: { most: 0.5, ratio },
    };
    return [...figuresOf(first, ", earlier build"), ...figuresOf(second, ""), compared];
  } finally {
    for (const build of builds) build.remove();
  }
}

const ownOf = ({ stack, simulator, node }: Spent): number => stack + simulator + node;

function figuresOf(spent: Spent, when: string): Figure[] {
  const milliseconds = (value: number) => `${value.toFixed(1)} ms a booking`;
  const own = { what: `the local stack without database and functions${when}`, value: milliseconds(ownOf(spent)) };
  return [own, ...spenders.map((one) => ({ what: `${names[one]}${when}`, value: milliseconds(spent[one]) }))];
}

async function measureInTurns(builds: readonly Build[]): Promise<Spent[]> {
  const stacks: (BuildStack & { inspector: number })[] = [];
  try {
    for (const build of builds) {
      const [inspector = 0] = await freePorts(1);
      stacks.push({ ...(await build.start([`--inspect=127.0.0.1:${inspector}`])), inspector });
    }
    for (const { client } of stacks) await bookAll(client, 2 * atATime);
    const sums = stacks.map(() => ({ database: 0, main: 0, v8: 0, functions: 0 }));
    for (let slice = 0; slice < slices; slice++) {
      for (const [index, stack] of stacks.entries()) {
        const spent = await spentBy(stack, () => bookAll(stack.client, sliceSize));
        const sum = sums[index];
        if (sum) for (const key of ["database", "main", "v8", "functions"] as const) sum[key] += spent[key];
      }
    }
    const bookings = slices * sliceSize;
    const results: Spent[] = [];
    for (const [index, { client, inspector }] of stacks.entries()) {
      const profile = await profiled(inspector, () => bookAll(client, sampled));
      const shares = sharesOf<Spender>(profile, ownerOf, "node");
      const { database, main, v8, functions } = sums[index] ?? { database: 0, main: 0, v8: 0, functions: 0 };
      const ofMain = (one: Spender) => (main * (shares[one] ?? 0)) / bookings;
      const [stack, simulator, node] = [ofMain("stack"), ofMain("simulator"), ofMain("node")];
      const [each, collecting, working] = [database / bookings, v8 / bookings, functions / bookings];
      results.push({ database: each, stack, simulator, node, v8: collecting, functions: working });
    }
    return results;
  } finally {
    for (const stack of stacks) await stack.stop();
  }
}

function ownerOf(url: string): Spender | undefined {
  if (/packages\/stripe-simulator\/|node_modules\/(\.pnpm\/)?hono@?/.test(url)) return "simulator";
  if (/packages\/local\/|\/undici[@/]/.test(url)) return "stack";
  return undefined;
}

/** The processor time of a stack's threads while `work` runs, in milliseconds. */
async function spentBy({ pid, databasePid }: BuildStack, work: () => Promise<unknown>) {
  const [before, databaseBefore] = [threadTimes(pid), threadTimes(databasePid)];
  await work();
  const spent = { database: 0, main: 0, v8: 0, functions: 0 };
  for (const [thread, { ms }] of threadTimes(databasePid)) spent.database += ms - (databaseBefore.get(thread)?.ms ?? 0);
  for (const [thread, { name, ms }] of threadTimes(pid)) {
    const took = ms - (before.get(thread)?.ms ?? 0);
    if (name === "MainThread" || name === "node") spent.main += took;
    else if (/^(V8Worker|DelayedTaskSche|SignalInspector|libuv)/.test(name)) spent.v8 += took;
    else spent.functions += took;
  }
  return spent;
}
