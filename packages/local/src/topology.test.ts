import { expect, test } from "vitest";
import { type MappingSpec, type QueueSpec, type Topology, workersOfSchedules } from "./topology.ts";

const queue = (name: string): QueueSpec => ({
  name,
  arn: `arn:${name}`,
  url: `http://127.0.0.1/${name}`,
  visibilityMs: 1_000,
  delayMs: 0,
  redrive: undefined,
});

const mapping = (functionId: string, sourceArn: string): MappingSpec => ({
  id: functionId,
  functionId,
  sourceArn,
  batchSize: 10,
  maxConcurrency: 5,
  filters: [],
  partialFailures: true,
  maxRetries: -1,
  maxAgeMs: -1,
  bisect: false,
  onFailureArn: undefined,
});

test("a schedule's workers are the functions whose queue no rule feeds", () => {
  const topology: Topology = {
    tables: [],
    functions: [],
    apiId: "api",
    httpStage: "$default",
    routes: [],
    pools: [],
    queues: [queue("handed-out"), queue("events")],
    buses: [],
    rules: [
      { name: "rule", busArn: "arn:bus", pattern: {}, targets: [{ arn: "arn:events", deadLetterArn: undefined }] },
    ],
    mappings: [mapping("worker", "arn:handed-out"), mapping("consumer", "arn:events"), mapping("relay", "arn:stream")],
    schedules: [],
    secrets: [],
  };

  expect([...workersOfSchedules(topology)]).toEqual(["worker"]);
});
