import { SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@clearing/runtime/aws";
import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { handOut } from "./hand-out.ts";

// The queues' URLs name queues, not the host to call.
const sqs = new SQSClient({ ...awsClient, useQueueUrlAsEndpoint: false });

/** Each minute: sends the keys of items whose deadline was reached. */
export const handler = scheduledHandler(depsFor({}), (deps) => handOut(deps, sqs));
