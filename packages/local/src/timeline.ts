import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { Invocation } from "./sandbox.ts";
import { parseSchedule } from "./schedule-expression.ts";
import type { Sight } from "./sight.ts";
import type { ScheduleSpec, TableSpec } from "./topology.ts";

/** What happens as time passes: EventBridge Scheduler's ticks, and the jumps of the virtual clock. */
export type Timeline = {
  /** Moves to an instant by way of everything that falls due until then, and answers when all is quiet. */
  moveTo(target: number): Promise<void>;
  /** Runs schedules as real time passes. */
  start(): void;
  stop(): void;
};

/** Other parts that have something due at an instant. */
export type TimeSource = {
  next(): number | undefined;
  run?(): Promise<void>;
};

type Options = {
  db: DatabaseSync;
  clock: Clock;
  dynamo: DynamoDb;
  tables: readonly TableSpec[];
  schedules: readonly ScheduleSpec[];
  sources: readonly TimeSource[];
  /** Where a schedule's function can find something to do. */
  sight: (functionId: string) => Sight;
  /** Grows with everything that happens apart from schedules themselves. */
  activity: () => number;
  /** False where things happen that nothing here is told of, at the real Stripe: there no tick is idle. */
  seesAllActivity: boolean;
  /** Grows with every write to a table. */
  writes: () => number;
  invoke: (functionId: string, event: unknown) => Promise<Invocation>;
  /** Takes Lambda's report of a call that failed. */
  onFailure: (destinationArn: string, body: string) => void;
  /** Answers when nothing is under way; failed messages are left to their time. */
  idle: () => Promise<void>;
  /** Answers when failed messages are done with too. */
  quiesce: () => Promise<void>;
};

const minute = 60_000;
/** So many failed runs in a row are made up for at the next tick though nothing else happened: more would hold time up. */
const madeUpFor = 3;
const longestWait = 6 * 60 * minute;

export function createTimeline(options: Options): Timeline {
  const { db, clock, idle } = options;
  const kept = db.prepare("SELECT at FROM tick WHERE schedule = ?");
  const keep = db.prepare("INSERT INTO tick VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at");
  const schedules = options.schedules.map((spec) => ({
    spec,
    sight: options.sight(spec.functionId),
    ticks: parseSchedule(spec.expression),
    last: Number(kept.get(spec.name)?.at ?? clock.now()),
    seen: -1,
    failures: 0,
  }));
  type Schedule = (typeof schedules)[number];
  const due = createDueItems(options);
  let timer: NodeJS.Timeout | undefined;
  let moving: Promise<void> = Promise.resolve();
  let moves = 0;
  let stopped = false;

  /** The schedules that may find something that is not due, since something has happened where they can see it. */
  async function stirred(): Promise<ReadonlySet<Schedule>> {
    const found = new Set<Schedule>();
    for (const schedule of schedules) if (await isStirred(schedule)) found.add(schedule);
    return found;
  }

  async function isStirred({ seen, failures, sight }: Schedule): Promise<boolean> {
    if (!options.seesAllActivity) return true;
    if (seen >= options.activity()) return false;
    if (sight.outside || (failures > 0 && failures <= madeUpFor)) return true;
    for (const table of sight.tables) if (await holdsSomething(table)) return true;
    return false;
  }

  async function holdsSomething(TableName: string): Promise<boolean> {
    type Page = { Items: unknown[] };
    const { Items } = await options.dynamo.call<Page>("DynamoDB_20120810.Scan", { TableName, Limit: 1 });
    return Items.length > 0;
  }

  /** The next tick that has work: the rule by which idle ticks are jumped over. */
  function nextTick({ sight, last, ticks }: Schedule, isStirred: boolean, earliestDue: number): number {
    if (isStirred) return ticks(last + 1);
    return sight.due ? ticks(Math.max(last + 1, earliestDue)) : Number.POSITIVE_INFINITY;
  }

  /** Runs every schedule that has ticked by now; ticks that were missed are made up for by one run. */
  async function runTicks(): Promise<void> {
    const now = clock.now();
    const ticked = schedules.filter((schedule) => schedule.ticks(schedule.last + 1) <= now);
    if (ticked.length === 0) return;
    const anyDue = (await due.earliest(moves > 0)) <= now;
    const some = await stirred();
    const [first, later] = [ticked.filter((one) => some.has(one)), ticked.filter((one) => !some.has(one))];
    await Promise.all(first.map(run));
    if (anyDue) await runForDue(later.filter(({ sight }) => sight.due));
    for (const schedule of ticked) {
      schedule.last = now;
      keep.run(schedule.spec.name, Math.floor(now));
    }
    if (anyDue) await due.attempted(now);
  }

  /** At a jump those that see the least come first, and each further one only while something is still due. */
  async function runForDue(of: Schedule[]): Promise<void> {
    if (moves === 0) return void (await Promise.all(of.map(run)));
    for (const schedule of of.toSorted((a, b) => Number(a.sight.outside) - Number(b.sight.outside))) {
      await idle();
      if ((await due.earliest(true)) <= clock.now()) await run(schedule);
    }
  }

  async function run(schedule: Schedule): Promise<void> {
    schedule.seen = options.activity();
    const { functionId, input, retries, onFailureArn } = schedule.spec;
    for (let attempt = 1; !stopped; attempt++) {
      const result = await options.invoke(functionId, input);
      if (result.ok) {
        schedule.failures = 0;
        return;
      }
      if (attempt <= retries) {
        await sleep(100 * attempt);
        continue;
      }
      const requestContext = { condition: "RetriesExhausted", approximateInvokeCount: attempt };
      const { errorType, errorMessage } = result;
      const report = { requestContext, requestPayload: input, responsePayload: { errorType, errorMessage } };
      if (onFailureArn) options.onFailure(onFailureArn, JSON.stringify(report));
      if (++schedule.failures <= madeUpFor) schedule.seen = -1;
      return;
    }
  }

  async function move(target: number): Promise<void> {
    await idle();
    let overdue = Number.NaN;
    while (!stopped) {
      const earliestDue = await due.earliest(true);
      const some = await stirred();
      const ticks = schedules.map((schedule) => nextTick(schedule, some.has(schedule), earliestDue));
      const timers = options.sources.map((source) => source.next() ?? target);
      // A timer that its own run left overdue must not hold time up.
      const ahead = timers.filter((at) => at !== overdue);
      const next = Math.min(target, ...ahead, ...ticks);
      overdue = Math.min(...timers) <= clock.now() ? Math.min(...timers) : Number.NaN;
      clock.moveTo(next);
      for (const source of options.sources) await source.run?.();
      await idle();
      await runTicks();
      await idle();
      if (next >= target) return options.quiesce();
    }
  }

  function arm(): void {
    clearTimeout(timer);
    if (stopped || moves > 0 || schedules.length === 0) return;
    const next = Math.min(...schedules.map((schedule) => schedule.ticks(schedule.last + 1)));
    timer = setTimeout(
      () => {
        moving = moving
          .then(runTicks)
          .catch(() => {})
          .finally(arm);
      },
      Math.min(Math.max(next - clock.now(), 5), minute),
    );
    timer.unref();
  }

  return {
    async moveTo(target) {
      moves++;
      const mine = moving.then(() => move(target));
      moving = mine.catch(() => {});
      try {
        await mine;
      } finally {
        moves--;
        arm();
      }
    },
    start: arm,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Reads the sparse `byDue` indexes of the template. */
function createDueItems({ dynamo, tables, writes, clock }: Options) {
  type Index = { IndexName: string; KeySchema: { AttributeName: string; KeyType: string }[] };
  const indexes = tables.flatMap((table) =>
    ((table.create.GlobalSecondaryIndexes ?? []) as Index[])
      .filter(({ IndexName }) => IndexName === "byDue")
      .map((index) => ({
        table,
        sort: index.KeySchema.find(({ KeyType }) => KeyType === "RANGE")?.AttributeName ?? "",
      })),
  );
  const attempts = new Map<string, { count: number; next: number }>();
  let cached: { writes: number; items: Map<string, number> } | undefined;

  async function items(): Promise<Map<string, number>> {
    const version = writes();
    if (cached?.writes === version) return cached.items;
    const found = new Map<string, number>();
    for (const { table, sort } of indexes) {
      let ExclusiveStartKey: unknown;
      do {
        type Page = { Items: Record<string, { S?: string }>[]; LastEvaluatedKey?: unknown };
        const input = {
          TableName: table.name,
          IndexName: "byDue",
          ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
        };
        const page = await dynamo.call<Page>("DynamoDB_20120810.Scan", input);
        for (const item of page.Items) {
          const dueAt = Date.parse(item[sort]?.S ?? "");
          const key = [table.name, item[table.hashKey]?.S, table.rangeKey && item[table.rangeKey]?.S, dueAt].join("|");
          if (!Number.isNaN(dueAt)) found.set(key, dueAt);
        }
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    }
    cached = { writes: version, items: found };
    return found;
  }

  return {
    /** When the next item is due. To a `jumping` clock one that a tick left as it was waits longer each time, so that time can pass it. */
    async earliest(jumping: boolean): Promise<number> {
      let earliest = Number.POSITIVE_INFINITY;
      for (const [key, dueAt] of await items()) {
        earliest = Math.min(earliest, (jumping && attempts.get(key)?.next) || dueAt);
      }
      return earliest;
    },
    async attempted(at: number): Promise<void> {
      const left = await items();
      for (const key of attempts.keys()) if (!left.has(key)) attempts.delete(key);
      for (const [key, dueAt] of left) {
        const before = attempts.get(key) ?? { count: 0, next: dueAt };
        if (before.next > at) continue;
        const count = before.count + 1;
        attempts.set(key, { count, next: clock.now() + Math.min(minute * 2 ** (count - 1), longestWait) });
      }
    },
  };
}
