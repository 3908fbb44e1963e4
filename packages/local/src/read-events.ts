import { fail, type Resource, read } from "./resource.ts";
import type { Template } from "./template.ts";
import {
  defaultBus,
  type FunctionOf,
  type MappingSpec,
  type QueueSpec,
  type RuleSpec,
  type ScheduleSpec,
} from "./topology.ts";

export function readQueue(resource: Resource): QueueSpec {
  const properties = read<{
    VisibilityTimeout?: number;
    DelaySeconds?: number;
    FifoQueue?: boolean;
    RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
  }>(resource);
  if (properties.FifoQueue) fail(resource, "FIFO queues are not supported by the local stack");
  const redrive = properties.RedrivePolicy;
  return {
    name: resource.name,
    arn: resource.attributes.Arn ?? "",
    url: resource.attributes.QueueUrl ?? "",
    visibilityMs: (properties.VisibilityTimeout ?? 30) * 1000,
    delayMs: (properties.DelaySeconds ?? 0) * 1000,
    redrive: redrive && { arn: redrive.deadLetterTargetArn, maxReceives: Number(redrive.maxReceiveCount) },
  };
}

export function readRule(resource: Resource, buses: readonly { name: string; arn: string }[]): readonly RuleSpec[] {
  type Target = { Arn: string; DeadLetterConfig?: { Arn?: string } } & Record<string, unknown>;
  const properties = read<{
    EventBusName?: string;
    EventPattern?: Record<string, unknown>;
    ScheduleExpression?: string;
    State?: string;
    Targets?: Target[];
  }>(resource);
  if (properties.State === "DISABLED") return [];
  if (!properties.EventPattern || properties.ScheduleExpression)
    fail(resource, "only rules with an event pattern are supported");
  const { EventBusName: busName = defaultBus.name } = properties;
  const bus = buses.find(({ name, arn }) => busName === name || busName === arn);
  if (!bus) fail(resource, `the bus ${busName} is missing`);
  const targets = properties.Targets ?? [];
  for (const target of targets) {
    for (const transform of ["Input", "InputPath", "InputTransformer"]) {
      if (target[transform] !== undefined)
        fail(resource, `${transform} of a target is not supported by the local stack`);
    }
  }
  const kept = targets.map((target) => ({ arn: target.Arn, deadLetterArn: target.DeadLetterConfig?.Arn }));
  return [{ name: resource.name, busArn: bus?.arn ?? "", pattern: properties.EventPattern ?? {}, targets: kept }];
}

export function readMapping(resource: Resource, functionOf: FunctionOf): MappingSpec {
  const properties = read<{
    FunctionName: string;
    EventSourceArn: string;
    BatchSize?: number;
    ScalingConfig?: { MaximumConcurrency?: number };
    FilterCriteria?: { Filters?: { Pattern: string }[] };
    FunctionResponseTypes?: string[];
    MaximumRetryAttempts?: number;
    MaximumRecordAgeInSeconds?: number;
    BisectBatchOnFunctionError?: boolean;
    DestinationConfig?: { OnFailure?: { Destination?: string } };
  }>(resource);
  const stream = properties.EventSourceArn.includes(":dynamodb:");
  return {
    id: resource.id,
    functionId: functionOf(resource, properties.FunctionName),
    sourceArn: properties.EventSourceArn,
    batchSize: properties.BatchSize ?? (stream ? 100 : 10),
    maxConcurrency: properties.ScalingConfig?.MaximumConcurrency ?? 5,
    filters: (properties.FilterCriteria?.Filters ?? []).map((filter) => JSON.parse(filter.Pattern)),
    partialFailures: properties.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    maxRetries: properties.MaximumRetryAttempts ?? -1,
    maxAgeMs: (properties.MaximumRecordAgeInSeconds ?? -0.001) * 1000,
    bisect: properties.BisectBatchOnFunctionError ?? false,
    onFailureArn: properties.DestinationConfig?.OnFailure?.Destination,
  };
}

type InvokeConfig = {
  FunctionName: string;
  MaximumRetryAttempts?: number;
  DestinationConfig?: { OnFailure?: { Destination: string } };
};

export function readSchedules(template: Template, functionOf: FunctionOf): readonly ScheduleSpec[] {
  const configs = new Map(
    template.ofType("AWS::Lambda::EventInvokeConfig").map((resource) => {
      const config = read<InvokeConfig>(resource);
      return [functionOf(resource, config.FunctionName), config];
    }),
  );
  return template.ofType("AWS::Scheduler::Schedule").flatMap((schedule) => readSchedule(schedule, functionOf, configs));
}

function readSchedule(
  resource: Resource,
  functionOf: FunctionOf,
  configs: ReadonlyMap<string, InvokeConfig>,
): readonly ScheduleSpec[] {
  const properties = read<{
    ScheduleExpression: string;
    ScheduleExpressionTimezone?: string;
    State?: string;
    Target: { Arn: string; Input?: string };
  }>(resource);
  if (properties.State === "DISABLED") return [];
  if ((properties.ScheduleExpressionTimezone ?? "UTC") !== "UTC")
    fail(resource, "schedules in a time zone are not supported");
  const { Target: target } = properties;
  const functionId = functionOf(resource, target.Arn);
  const config = configs.get(functionId);
  return [
    {
      name: resource.name,
      expression: properties.ScheduleExpression,
      functionId,
      input: target.Input === undefined ? {} : JSON.parse(target.Input),
      retries: config?.MaximumRetryAttempts ?? 2,
      onFailureArn: config?.DestinationConfig?.OnFailure?.Destination,
    },
  ];
}
