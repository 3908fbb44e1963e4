import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { AwsService } from "./aws-endpoint.ts";
import { AwsError, requireGrant } from "./aws-error.ts";
import { instantOf } from "./clock.ts";
import { atomically } from "./data-folder.ts";
import { compilePattern } from "./event-pattern.ts";
import type { Faults } from "./faults.ts";
import type { Queues } from "./queues.ts";
import { account, region, TemplateError } from "./resource.ts";
import { defaultBus, type RuleSpec } from "./topology.ts";

/** One event that the bus carried. */
export type CarriedEvent = { id: string; type: string; time: string; detail: unknown };
export type EventBus = {
  service: AwsService;
  /** Publishes an event of an AWS service on the account's default bus. */
  publish(event: { source: string; type: string; resources: string[]; detail: object }): void;
  /** The events of the product's bus. */
  carried(type: string | undefined): CarriedEvent[];
};

type Entry = {
  EventBusName?: string;
  Source?: string;
  DetailType?: string;
  Detail?: string;
  Resources?: string[];
  Time?: number;
};
type Options = {
  db: DatabaseSync;
  buses: readonly { name: string; arn: string }[];
  rules: readonly RuleSpec[];
  queues: Queues;
  faults: Faults;
  now: () => number;
  crash: (caller: string) => void;
};

const maxEntries = 10;
const maxBytes = 1024 * 1024;
const timeoutMs = 200;

/** EventBridge: PutEvents stores an event and a message for each matching target in one transaction. */
export function createEventBus(options: Options): EventBus {
  const { db, queues, faults } = options;
  const rules = options.rules.map((rule) => {
    for (const target of rule.targets) {
      if (!target.arn.includes(":sqs:"))
        throw new TemplateError(`the rule ${rule.name} has a target that is not a queue: ${target.arn}`);
    }
    return { ...rule, matches: compilePattern(rule.pattern) };
  });
  const buses = new Map(options.buses.flatMap((bus) => [[bus.name, bus] as const, [bus.arn, bus] as const]));
  const insert = db.prepare("INSERT INTO event (id, bus, type, body) VALUES (?, ?, ?, ?)");
  const all = db.prepare("SELECT body FROM event ORDER BY sequence");
  const ofType = db.prepare("SELECT body FROM event WHERE type = ? ORDER BY sequence");

  function carry(busArn: string, entry: Entry): string {
    const id = randomUUID();
    const event = {
      version: "0",
      id,
      "detail-type": entry.DetailType ?? "",
      source: entry.Source ?? "",
      account: account,
      time: instantOf(entry.Time === undefined ? options.now() : entry.Time * 1000),
      region: region,
      resources: entry.Resources ?? [],
      detail: JSON.parse(entry.Detail ?? "{}") as unknown,
    };
    const body = JSON.stringify(event);
    // The archive contains only the product's bus.
    if (busArn !== defaultBus.arn) insert.run(id, busArn, event["detail-type"], body);
    for (const rule of rules) {
      if (rule.busArn !== busArn || !rule.matches(event)) continue;
      for (const target of rule.targets) {
        queues.insert(target.arn, body);
        if (faults.strikes("events", "duplicate")) queues.insert(target.arn, body);
      }
    }
    return id;
  }

  const service: AwsService = async (call) => {
    if (!call.operation.endsWith(".PutEvents"))
      throw new AwsError("UnknownOperationException", `${call.operation} is not supported`);
    const { Entries = [] } = JSON.parse(call.body.toString()) as { Entries?: Entry[] };
    if (Entries.length === 0 || Entries.length > maxEntries) {
      throw new AwsError(
        "ValidationException",
        `1 to ${maxEntries} entries are allowed in a request, not ${Entries.length}`,
      );
    }
    if (call.body.length > maxBytes)
      throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
    const targets = Entries.map((entry) => buses.get(entry.EventBusName ?? "default"));
    for (const [index, bus] of targets.entries()) {
      const entry = Entries[index];
      const context = { "events:source": [entry?.Source ?? ""], "events:detail-type": [entry?.DetailType ?? ""] };
      requireGrant(call.fn, "events:PutEvents", bus?.arn ?? `event-bus/${entry?.EventBusName}`, context);
    }
    const struck = (kind: Parameters<Faults["strikes"]>[1]) =>
      faults.strikes("events", kind, { function: call.fn.label, action: "PutEvents" });
    const results = atomically(db, () =>
      Entries.map((entry, index) => {
        const refusal = refusalOf(entry);
        if (refusal) return refusal;
        if (struck("throttle")) return { ErrorCode: "ThrottlingException", ErrorMessage: "Rate exceeded" };
        if (struck("error")) return { ErrorCode: "InternalFailure", ErrorMessage: "An internal failure occurred" };
        return { EventId: carry(targets[index]?.arn ?? "", entry) };
      }),
    );
    queues.wake();
    if (struck("crash_after")) {
      options.crash(call.caller);
      return "hang_up";
    }
    if (struck("timeout")) {
      await sleep(timeoutMs);
      return "hang_up";
    }
    const FailedEntryCount = results.filter((result) => "ErrorCode" in result).length;
    return {
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: JSON.stringify({ FailedEntryCount, Entries: results }),
    };
  };

  return {
    service,
    publish({ source, type, resources, detail }) {
      const entry = { Source: source, DetailType: type, Resources: resources, Detail: JSON.stringify(detail) };
      atomically(db, () => carry(defaultBus.arn, entry));
      queues.wake();
    },
    carried: (type) =>
      (type === undefined ? all.all() : ofType.all(type)).map((row) => {
        const event = JSON.parse(String(row.body));
        return { id: event.id, type: event["detail-type"], time: event.time, detail: event.detail };
      }),
  };
}

/** Entries fail one by one; the other entries of the request are still carried. */
function refusalOf(entry: Entry): { ErrorCode: string; ErrorMessage: string } | undefined {
  for (const name of ["Source", "DetailType", "Detail"] as const) {
    if (!entry[name])
      return {
        ErrorCode: "InvalidArgument",
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
  }
  try {
    const detail: unknown = JSON.parse(entry.Detail ?? "");
    if (typeof detail === "object" && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // Falls through to the refusal below.
  }
  return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
}
