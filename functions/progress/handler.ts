import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { progressOn } from "./progress.ts";

/** Confirms, takes confirmations back and declines, whenever a fact of I2 arrives. */
export const handler = sqsConsumer(depsFor({}), progressOn);
