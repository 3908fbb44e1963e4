import { describe, expect, test } from "vitest";
import { compilePolicy } from "./policy.ts";

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/core";

describe("a policy", () => {
  test("allows only what a statement allows", () => {
    const allows = compilePolicy([
      { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:Batch*"], Resource: table },
    ]);
    expect(allows("dynamodb:GetItem", table)).toBe(true);
    expect(allows("dynamodb:BatchGetItem", table)).toBe(true);
    expect(allows("dynamodb:PutItem", table)).toBe(false);
    expect(allows("dynamodb:GetItem", `${table}-audit`)).toBe(false);
    expect(allows("dynamodb:GetItem", `${table}/index/byDue`)).toBe(false);
  });

  test("an explicit denial wins over any grant", () => {
    const allows = compilePolicy([
      { Effect: "Allow", Action: "dynamodb:*", Resource: "*" },
      { Effect: "Deny", Action: "dynamodb:DeleteItem", Resource: table },
    ]);
    expect(allows("dynamodb:DeleteItem", table)).toBe(false);
    expect(allows("dynamodb:PutItem", table)).toBe(true);
  });

  test("ForAllValues holds only if each leading key matches", () => {
    const allows = compilePolicy([
      {
        Effect: "Allow",
        Action: "dynamodb:PutItem",
        Resource: table,
        Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["CLEARANCE#*"] } },
      },
    ]);
    expect(allows("dynamodb:PutItem", table, { "dynamodb:LeadingKeys": ["CLEARANCE#bkg_1"] })).toBe(true);
    expect(allows("dynamodb:PutItem", table, { "dynamodb:LeadingKeys": ["CLEARANCE#bkg_1", "BOOKING#bkg_1"] })).toBe(
      false,
    );
  });

  test("a condition on a key that the request lacks does not hold", () => {
    const allows = compilePolicy([
      {
        Effect: "Allow",
        Action: "ses:SendEmail",
        Resource: "*",
        Condition: { StringEquals: { "ses:FromAddress": "a@example.com" } },
      },
    ]);
    expect(allows("ses:SendEmail", "x")).toBe(false);
    expect(allows("ses:SendEmail", "x", { "ses:FromAddress": ["a@example.com"] })).toBe(true);
  });

  test("an operator that is not supported stops the start by its name", () => {
    expect(() =>
      compilePolicy([
        { Effect: "Allow", Action: "*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "1.1.1.1" } } },
      ]),
    ).toThrow("IpAddress");
  });
});
