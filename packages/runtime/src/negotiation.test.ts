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
    ["an offered type", "text/x-hledger", "text/x-hledger"],
    ["an offered type in capitals, with its charset", "Text/CSV; charset=UTF-8", "text/csv"],
    ["a type with another parameter", "text/csv; header=present", "text/csv"],
    ["a type in another charset", "text/csv;charset=iso-8859-1", "text/csv"],
    ["a type with a quoted parameter", 'text/csv; note="a, b; \\"c\\""; q=0.5, application/json;q=0.4', "text/csv"],
    [
      "a type with parameters around its weight",
      "text/csv;charset=utf-8;q=0.1;x, application/json;q=0.2",
      "application/json",
    ],
    [
      "a type with a version, at a lower weight",
      "application/json;version=1;q=0.2, text/csv;header=absent;q=0.9",
      "text/csv",
    ],
    ["a type with parameters at weight 0", "text/csv;charset=utf-8;q=0", undefined],
    ["another type at a higher weight", "text/csv;q=0.1, application/json", "application/json"],
    ["a later type at a higher weight", "application/json;q=0.4, text/csv;q=0.5", "text/csv"],
    ["a type more than a pattern", "text/*;q=0.9, text/x-hledger, */*;q=0.1", "text/x-hledger"],
    ["any text except one", "text/csv;q=0, text/*", "text/x-hledger"],
    ["the types of a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"],
    ["a type that only begins like an offered one", "text/csv-schema, application/json;q=0.1", "application/json"],
    ["another type", "application/pdf", undefined],
    ["its only type at weight 0", "text/csv;q=0", undefined],
    ["an invalid media type", "csv", undefined],
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
