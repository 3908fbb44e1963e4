import { expect, test } from "vitest";
import { fill } from "./index.ts";

test("a text is filled in by the names of its placeholders, as often as it has them", () => {
  expect(fill("{name} owes {amount}. Thank you, {name}.", { name: "Ada", amount: 3 })).toBe(
    "Ada owes 3. Thank you, Ada.",
  );
});

test("what is filled in is not filled in again", () => {
  expect(fill("For {name}, with {merchant}", { name: "{merchant}", merchant: "$& {name}" })).toBe(
    "For {merchant}, with $& {name}",
  );
});

test("the compiler refuses a value that is missing, and one that the text does not ask for", () => {
  // @ts-expect-error `amount` is missing
  fill("{name} owes {amount}", { name: "Ada" });
  // @ts-expect-error `date` is no placeholder
  expect(fill("{name}", { name: "Ada", date: "today" })).toBe("Ada");
});
