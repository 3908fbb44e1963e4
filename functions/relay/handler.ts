import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { awsClient } from "@clearing/runtime/aws";
import { streamHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { relayTo } from "./relay.ts";

const relay = relayTo(new EventBridgeClient(awsClient));

/** Sends the outbox's stream to the bus. */
export const handler = streamHandler(depsFor({}), relay);
