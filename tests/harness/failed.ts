import { afterEach } from "vitest";

let failed = false;

/** Notes whether a test of this file has failed: what it has left is kept then, for a person to look into. */
export const noteFailures = (): void =>
  afterEach(({ task }) => {
    failed ||= task.result?.state === "fail";
  });

export const hasFailed = (): boolean => failed;
