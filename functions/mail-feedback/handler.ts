import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { readFeedback } from "./feedback.ts";
import { noteFeedback } from "./note.ts";

/** SES's word of bounces and complaints -> what is known of an address. */
export const handler = sqsConsumer(depsFor({}), noteFeedback, readFeedback);
