import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { awsClient } from "@clearing/runtime/aws";
import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { resend } from "./resend.ts";

const bus = new EventBridgeClient(awsClient);

/** Each minute: outbox items that the stream did not deliver to the bus. */
export const handler = scheduledHandler(depsFor({}), (deps) => resend(deps, bus));
