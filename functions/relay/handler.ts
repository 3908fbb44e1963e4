import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { awsClient } from "@clearing/runtime/aws";
import { streamHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { relay } from "./relay.ts";

const bus = new EventBridgeClient(awsClient);

/** Outbox stream -> bus. */
export const handler = streamHandler(depsFor({}), (records, deps) => relay(records, deps, bus));
