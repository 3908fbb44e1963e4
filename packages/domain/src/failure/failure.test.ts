import { describe, expect, test } from "vitest";
import { Failure } from "./index.ts";

describe("a failure", () => {
  test("shows its message and its fields, and keeps them apart for the log", () => {
    const failure = new Failure("a queue took some messages only", { queue: "deadlines", refused: 2 });

    expect(failure).toBeInstanceOf(Error);
    expect(failure).toMatchObject({
      name: "Failure",
      message: "a queue took some messages only: deadlines, 2",
      words: "a queue took some messages only",
      fields: { queue: "deadlines", refused: 2 },
    });
  });

  test("omits unknown fields from its message", () => {
    expect(new Failure("not done", { kind: "unavailable", code: null, status: undefined, left: 0 }).message).toBe(
      "not done: unavailable, 0",
    );
    expect(new Failure("not done", { code: null }).message).toBe("not done");
    expect(new Failure("not done")).toMatchObject({ message: "not done", fields: {} });
  });
});
