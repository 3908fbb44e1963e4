import { depsFor } from "@clearing/runtime/deps";
import { workerHandler } from "@clearing/runtime/worker-handler";
import { deadlineWorks } from "./deadline-worker.ts";

/** Works on the keys from the sweep that do not need Stripe. */
export const handler = workerHandler(depsFor({}), "deadline-worker", deadlineWorks);
