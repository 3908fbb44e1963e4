import { depsFor } from "@clearing/runtime/deps";
import { dueWorker } from "@clearing/runtime/due-worker";
import { deadlineWorks } from "./deadline-worker.ts";

/** Works on the keys that the sweep handed out and that need no word with Stripe. */
export const handler = dueWorker(depsFor({}), "deadline-worker", deadlineWorks);
