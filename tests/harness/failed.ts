import { beforeAll, type RunnerTask } from "vitest";

let file: RunnerTask | undefined;

/**
 * Notes the file that calls this, whose failures `hasFailed` reports; then its data is kept for a person to inspect.
 * Files of one worker share this module.
 */
export function noteFailures(): void {
  // biome-ignore lint/correctness/noEmptyPattern: the runner requires a destructured context.
  beforeAll(({}, suite) => {
    file = suite;
  });
}

/** Whether a test or a hook of the file has failed. */
export const hasFailed = (): boolean => file !== undefined && failedIn(file);

const failedIn = (task: RunnerTask): boolean =>
  task.result?.state === "fail" || ("tasks" in task && task.tasks.some(failedIn));
