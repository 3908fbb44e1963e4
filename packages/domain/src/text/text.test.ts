import { expect, test } from "vitest";
import { fill } from "./index.ts";

test("each placeholder of a text is filled in, wherever it occurs", () => {
  expect(fill("{name} owes {amount}. Thank you, {name}.", { name: "Ada", amount: 3 })).toBe(
    "Ada owes 3. Thank you, Ada.",
  );
});

test("braces in a value are not filled in", () => {
  expect(fill("For {name}, with {merchant}", { name: "{merchant}", merchant: "$& {name}" })).toBe(
    "For {merchant}, with $& {name}",
  );
});

test("a missing or unknown value does not compile", () => {
  // @ts-expect-error `amount` is missing
  fill("{name} owes {amount}", { name: "Ada" });
  // @ts-expect-error `date` is no placeholder
  expect(fill("{name}", { name: "Ada", date: "today" })).toBe("Ada");
});
