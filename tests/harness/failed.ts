import { afterEach } from "vitest";

let failed = false;

/** Notes whether a test of this file has failed; then its data is kept for a person to inspect. */
export const noteFailures = (): void =>
  afterEach(({ task }) => {
    failed ||= task.result?.state === "fail";
  });

export const hasFailed = (): boolean => failed;
