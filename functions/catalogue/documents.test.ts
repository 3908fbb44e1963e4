import { readFile } from "node:fs/promises";
import { httpHandler } from "@clearing/runtime/api";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { httpEvent } from "@clearing/runtime/testing/http-event";
import type { Context } from "aws-lambda";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { documentBindings } from "./documents.ts";

vi.mock("node:fs/promises");

const { deps } = fakeDeps();
const handler = httpHandler(async () => deps, documentBindings);
const get = (path: string) => handler(httpEvent({ path }), {} as Context);

beforeEach(() => {
  vi.mocked(readFile).mockReset();
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

describe("a document that could not be read once", () => {
  test.each([
    ["/openapi.json", 500, "application/problem+json"],
    ["/docs", 503, "text/html; charset=utf-8"],
  ])("is read again by the next request, and then cached: %s", async (path, status, type) => {
    vi.mocked(readFile).mockRejectedValueOnce(new Error("EIO")).mockResolvedValueOnce(Buffer.from("{}"));

    const first = await get(path);
    const second = await get(path);
    const third = await get(path);

    expect(first).toMatchObject({ statusCode: status, headers: { "content-type": type } });
    expect([second.statusCode, third.statusCode]).toEqual([200, 200]);
    expect(readFile).toHaveBeenCalledTimes(2);
  });
});
