import { expect, test } from "vitest";
import { remembered } from "./remembered.ts";

test("a value is computed once per arguments, in bounded memory", () => {
  const computed: string[] = [];
  const joined = remembered((date: string, days: number) => {
    computed.push(`${date} ${days}`);
    return `${date}+${days}`;
  });

  expect([joined("a", 1), joined("a", 1), joined("a", 2), joined("b", 1)]).toEqual(["a+1", "a+1", "a+2", "b+1"]);
  expect(computed).toEqual(["a 1", "a 2", "b 1"]);
  for (let day = 0; day < 5_000; day++) joined("c", day);
  joined("a", 1);
  joined("a", 1);
  expect(computed.filter((one) => one === "a 1")).toHaveLength(2);
});

test("an error is not cached", () => {
  let tries = 0;
  const fails = remembered((_date: string) => {
    tries++;
    throw new RangeError("no date");
  });

  expect(() => fails("x")).toThrow("no date");
  expect(() => fails("x")).toThrow("no date");
  expect(tries).toBe(2);
});
