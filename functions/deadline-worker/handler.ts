import { depsFor } from "@clearing/runtime/deps";
import { workerHandler } from "@clearing/runtime/worker-handler";
import { deadlineWorks } from "./deadline-worker.ts";

/** Works on the keys that the sweep handed out and that need no word with Stripe. */
export const handler = workerHandler(depsFor({}), "deadline-worker", deadlineWorks);
