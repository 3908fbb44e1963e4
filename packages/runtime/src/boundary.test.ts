import type { Context } from "aws-lambda";
import { describe, expect, test } from "vitest";
import { httpHandler, rawHttpHandler } from "./api.ts";
import { bind } from "./binding.ts";
import { fakeDeps } from "./testing/fake-deps.ts";
import { httpEvent } from "./testing/http-event.ts";
import { call, created, hold, keptOutput, listPrograms, showPage } from "./testing/sample-function.ts";

const printed = keptOutput();

describe("a failure inside", () => {
  const failing = (error: unknown) =>
    call(hold(), async () => {
      throw error;
    });
  const named = (name: string, more: object = {}) =>
    Object.assign(new Error(`anna@example.org ${name}`), { name, ...more });

  test("is a problem if the handler refuses", async () => {
    const { run } = call(hold(), async () => ({ refused: "sold_out", detail: "Every private place is taken." }));

    expect(await run()).toMatchObject({
      statusCode: 409,
      json: { code: "sold_out", status: 409, detail: "Every private place is taken." },
    });
  });

  test.each([
    ["conflict", "1"],
    ["idempotency_in_progress", "1"],
    ["payment_provider_unavailable", "1"],
    ["sold_out", undefined],
  ] as const)("says with %s when to retry the same request: %s", async (refused, seconds) => {
    const { headers } = await call(hold(), async () => ({ refused })).run();

    expect(headers?.["retry-after"]).toBe(seconds);
  });

  test("gives the seconds after which a limit allows the request", async () => {
    const { run } = call(hold(), async () => ({
      refused: "limit_exceeded",
      retryAfter: 1_234,
      detail: "Pay one first.",
    }));

    expect(await run()).toMatchObject({
      statusCode: 429,
      headers: { "retry-after": "1234" },
      json: { code: "limit_exceeded", status: 429, detail: "Pay one first." },
    });
  });

  test("is a bare 500 if it is a bug, and is logged with its request but without personal input", async () => {
    const response = await failing(named("TypeError")).run();

    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("anna");
    const logged = printed.find((line) => line.includes("request failed")) ?? "";
    expect(JSON.parse(logged)).toMatchObject({ level: "error", correlationId: "JKJaXmPLvHcESHA=", error: "TypeError" });
    expect(printed.join("")).not.toContain("anna@example.org");
  });

  test.each([
    ["throttling that does not end", named("ThrottlingException"), 503, "unavailable"],
    ...["ThrottlingError", "ProvisionedThroughputExceeded"].map((Code): [string, Error, number, string] => [
      `a transaction that keeps being canceled for ${Code}`,
      named("TransactionCanceledException", { CancellationReasons: [{ Code }, { Code: "None" }] }),
      503,
      "unavailable",
    ]),
    ["a time-out", named("TimeoutError"), 503, "unavailable"],
    ["a connection that is refused", named("Error", { code: "ECONNREFUSED" }), 503, "unavailable"],
    ["a failing service", named("Unknown", { $metadata: { httpStatusCode: 500 } }), 503, "unavailable"],
    [
      "a conflict that does not end",
      named("TransactionCanceledException", {
        CancellationReasons: [{ Code: "None" }, { Code: "TransactionConflict" }],
      }),
      409,
      "conflict",
    ],
    [
      "an unexpected failed condition",
      named("TransactionCanceledException", { CancellationReasons: [{ Code: "ConditionalCheckFailed" }] }),
      500,
      "internal_error",
    ],
  ])("is classified: %s", async (_what, error, status, code) => {
    expect(await failing(error).run()).toMatchObject({ statusCode: status, json: { code } });
  });

  const conflict = named("TransactionCanceledException", { CancellationReasons: [{ Code: "TransactionConflict" }] });

  test("is unavailable on a route without a documented conflict: reading again is enough", async () => {
    const { run } = call({ path: listPrograms.path }, () => Promise.reject(conflict));

    expect(await run()).toMatchObject({ statusCode: 503, json: { code: "unavailable" } });
  });

  test("is unavailable for a webhook", async () => {
    const { deps } = fakeDeps();
    const handler = rawHttpHandler(
      async () => deps,
      () => Promise.reject(conflict),
    );

    const response = await handler(httpEvent({ method: "POST", path: "/webhooks/stripe" }), {} as Context);

    expect(response).toMatchObject({ statusCode: 503, body: expect.stringContaining('"code":"unavailable"') });
  });

  test.each([
    ["a bug", new TypeError("anna@example.org")],
    ["an outage", named("ThrottlingException")],
    ["a conflict", conflict],
  ])("is a page on a page's route: %s, in the handler or before it", async (_what, error) => {
    const { deps } = fakeDeps();
    const fails = () => Promise.reject(error);
    const failed = () => ({ status: 503, body: "<p>Not now</p>", contentType: "text/html; charset=utf-8" });
    const page = { statusCode: 503, body: "<p>Not now</p>", headers: { "content-type": "text/html; charset=utf-8" } };

    for (const handler of [
      httpHandler(async () => deps, [bind(showPage, fails, failed)]),
      httpHandler(fails, [bind(showPage, async () => created, failed)]),
    ]) {
      expect(await handler(httpEvent({ path: showPage.path }), {} as Context)).toMatchObject(page);
    }
    expect(printed.filter((line) => line.includes("request failed"))).toHaveLength(2);
  });

  test("is retried if the function could not start", async () => {
    const { deps } = fakeDeps();
    let starts = 0;
    const handler = httpHandler(async () => {
      starts += 1;
      if (starts === 1) throw new Error("environment variable CORE_TABLE is not set");
      return deps;
    }, [bind(listPrograms, async () => created)]);

    expect(await handler(httpEvent({ path: "/v1/programs" }), {} as Context)).toMatchObject({ statusCode: 500 });
    expect(await handler(httpEvent({ path: "/v1/programs" }), {} as Context)).toMatchObject({ statusCode: 201 });
  });
});
