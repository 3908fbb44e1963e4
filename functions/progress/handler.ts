import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { progressOn } from "./progress.ts";

/** Confirms, unconfirms, declines or cancels bookings when a fact of I2 changes. */
export const handler = sqsConsumer(depsFor({}), progressOn);
