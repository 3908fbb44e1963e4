import { SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@clearing/runtime/aws";
import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { handOut } from "./hand-out.ts";

// The queues' URLs name queues, never the host that is called.
const sqs = new SQSClient({ ...awsClient, useQueueUrlAsEndpoint: false });

/** Each minute: the keys of what has fallen due. */
export const handler = scheduledHandler(depsFor({}), (deps) => handOut(deps, sqs));
