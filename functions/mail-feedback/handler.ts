import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { readFeedback } from "./feedback.ts";
import { noteFeedback } from "./note.ts";

/** Records SES's bounces and complaints by address. */
export const handler = sqsConsumer(depsFor({}), noteFeedback, readFeedback);
