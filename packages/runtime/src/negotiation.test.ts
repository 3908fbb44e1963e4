import { describe, expect, test } from "vitest";
import { preferredEncoding, preferredType } from "./negotiation.ts";

describe("the media type of an answer", () => {
  const offered = [
    "application/json; charset=utf-8",
    "text/csv; charset=utf-8",
    "text/x-hledger; charset=utf-8",
  ] as const;

  test.each([
    ["nothing", undefined, "application/json"],
    ["an empty header", "", "application/json"],
    ["anything", "*/*", "application/json"],
    ["any text", "text/*", "text/csv"],
    ["one by its name", "text/x-hledger", "text/x-hledger"],
    ["one in capitals, with its charset", "Text/CSV; charset=UTF-8", "text/csv"],
    ["one with a parameter of its own", "text/csv; header=present", "text/csv"],
    ["one in another charset", "text/csv;charset=iso-8859-1", "text/csv"],
    ["one with a quoted parameter", 'text/csv; note="a, b; \\"c\\""; q=0.5, application/json;q=0.4', "text/csv"],
    [
      "one with parameters around its weight",
      "text/csv;charset=utf-8;q=0.1;x, application/json;q=0.2",
      "application/json",
    ],
    ["one of a version, but less", "application/json;version=1;q=0.2, text/csv;header=absent;q=0.9", "text/csv"],
    ["one with parameters not at all", "text/csv;charset=utf-8;q=0", undefined],
    ["another one more", "text/csv;q=0.1, application/json", "application/json"],
    ["another one more, named later", "application/json;q=0.4, text/csv;q=0.5", "text/csv"],
    ["the name more than the pattern", "text/*;q=0.9, text/x-hledger, */*;q=0.1", "text/x-hledger"],
    ["any text but one", "text/csv;q=0, text/*", "text/x-hledger"],
    ["a browser's habits", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"],
    ["what only begins alike", "text/csv-schema, application/json;q=0.1", "application/json"],
    ["none of them", "application/pdf", undefined],
    ["not the only one it names", "text/csv;q=0", undefined],
    ["no media type at all", "csv", undefined],
  ])("if the client prefers %s", (_what, accept, type) => {
    expect(preferredType(accept, offered)?.split(";")[0]).toBe(type);
  });
});

describe("the compression of an answer", () => {
  test.each([
    [undefined, "identity"],
    ["", "identity"],
    ["identity", "identity"],
    ["gzip", "gzip"],
    ["br", "br"],
    ["gzip;q=0.5, br;q=0.9", "br"],
    ["gzip;q=0, br;q=0", "identity"],
    ["zstd", "identity"],
    ["*", "br"],
    ["br;q=0, *", "gzip"],
  ])("for %j is %s", (header, encoding) => {
    expect(preferredEncoding(header)).toBe(encoding);
  });
});
