import { afterEach } from "vitest";

let failed = false;

/**
 * Notes whether a test of the file that calls this has failed; then its data is kept for a person to inspect. Files of one
 * worker share this module, so each begins without a failure.
 */
export function noteFailures(): void {
  failed = false;
  afterEach(({ task }) => {
    failed ||= task.result?.state === "fail";
  });
}

export const hasFailed = (): boolean => failed;
