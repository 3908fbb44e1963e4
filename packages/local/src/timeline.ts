import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import type { Invocation } from "./sandbox.ts";
import { parseSchedule } from "./schedule-expression.ts";
import type { Sight } from "./sight.ts";
import type { ScheduleSpec, TableSpec } from "./topology.ts";

/** EventBridge Scheduler's ticks, and the jumps of the virtual clock. */
export type Timeline = {
  /** Moves the clock to an instant and runs everything that is due until then. Resolves when nothing is under way. */
  moveTo(target: number): Promise<void>;
  /** Starts to run schedules as real time passes. */
  start(): void;
  stop(): void;
};

/** Another part of the stack with timers. */
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
  /** What a schedule's function can read, and so where it can find work. */
  sight: (functionId: string) => Sight;
  /** Counts everything that happens except runs of schedules. */
  activity: () => number;
  /** False with the real Stripe: the stack does not see what happens there, so no tick is skipped. */
  seesAllActivity: boolean;
  /** Counts the writes to tables. */
  writes: () => number;
  invoke: (functionId: string, event: unknown) => Promise<Invocation>;
  /** Receives Lambda's report of a failed invocation. */
  onFailure: (destinationArn: string, body: string) => void;
  /** Resolves when nothing is under way. Failed messages keep their visibility time-out. */
  idle: () => Promise<void>;
  /** Resolves when failed messages were retried too. */
  quiesce: () => Promise<void>;
};

const minute = 60_000;
/** How many failed runs in a row are repeated at the next tick although nothing else happened. More would stop the clock. */
const madeUpFor = 3;
/**
 * A function that reads only tables of the stack may leave what it finds: `resend` leaves messages that are less than two
 * minutes old. It runs this often more, a minute apart, although nothing else happens.
 */
const leftFor = 3;
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
    /** The activity before its last run. */
    seen: -1,
    /** How many runs in a row had no activity before them, and how many have failed. */
    quiet: 0,
    failures: 0,
  }));
  type Schedule = (typeof schedules)[number];
  const due = createDueItems(options);
  let timer: NodeJS.Timeout | undefined;
  let moving: Promise<void> = Promise.resolve();
  let moves = 0;
  let stopped = false;

  /** The schedules that may find new work although nothing is due: something happened where they can see it. */
  async function stirred(): Promise<ReadonlySet<Schedule>> {
    const found = new Set<Schedule>();
    for (const schedule of schedules) if (await isStirred(schedule)) found.add(schedule);
    return found;
  }

  async function isStirred({ seen, quiet, failures, sight }: Schedule): Promise<boolean> {
    if (!options.seesAllActivity) return true;
    const isNews = seen < options.activity();
    if (isNews && (sight.outside || (failures > 0 && failures <= madeUpFor))) return true;
    if (!isNews && (sight.outside || quiet >= leftFor)) return false;
    for (const table of sight.tables) if (await holdsSomething(table)) return true;
    return false;
  }

  async function holdsSomething(TableName: string): Promise<boolean> {
    type Page = { Items: unknown[] };
    const { Items } = await options.dynamo.call<Page>("DynamoDB_20120810.Scan", { TableName, Limit: 1 });
    return Items.length > 0;
  }

  /** The schedule's next tick that may find work. Ticks before it are skipped. */
  function nextTick({ sight, last, ticks }: Schedule, isStirred: boolean, earliestDue: number): number {
    if (isStirred) return ticks(last + 1);
    return sight.due ? ticks(Math.max(last + 1, earliestDue)) : Number.POSITIVE_INFINITY;
  }

  /** Runs every schedule that has ticked since its last run, once however many ticks were missed. */
  async function runTicks(): Promise<void> {
    const now = clock.now();
    const ticked = schedules.filter((schedule) => schedule.ticks(schedule.last + 1) <= now);
    if (ticked.length === 0) return;
    const anyDue = (await due.earliest(moves > 0)) <= now;
    const some = await stirred();
    const [first, later] = [ticked.filter((one) => some.has(one)), ticked.filter((one) => !some.has(one))];
    await Promise.all(first.map(run));
    if (anyDue) await runForDue(later.filter(({ sight }) => sight.due));
    // Its data may be deleted already.
    if (stopped) return;
    for (const schedule of ticked) {
      schedule.last = now;
      keep.run(schedule.spec.name, Math.floor(now));
    }
    if (anyDue) await due.attempted(now);
  }

  /** In a jump, a schedule that calls nobody outside runs first, and the next one only if something is still due. */
  async function runForDue(of: Schedule[]): Promise<void> {
    if (moves === 0) return void (await Promise.all(of.map(run)));
    for (const schedule of of.toSorted((a, b) => Number(a.sight.outside) - Number(b.sight.outside))) {
      await idle();
      if ((await due.earliest(true)) <= clock.now()) await run(schedule);
    }
  }

  async function run(schedule: Schedule): Promise<void> {
    schedule.quiet = schedule.seen < options.activity() ? 0 : schedule.quiet + 1;
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
      // A timer that is overdue although it has just run must not stop the clock.
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

/** Reads what is due from the `byDue` indexes in the template. */
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
    /**
     * When the next item is due. While the clock is `jumping`, an item that a tick left unchanged waits longer each
     * time, so that the clock can pass it.
     */
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
