import { expect, test } from "vitest";
import { firstOf, inBatches, inTurns, merged } from "./merge.ts";

async function* listOf(places: string[], read: string[] = []) {
  for (const place of places) {
    read.push(place);
    yield place;
  }
}

const same = (place: string) => place;

test("several lists are merged into one, in the order of their places", async () => {
  const lists = [listOf(["a", "d", "e"]), listOf([]), listOf(["b", "c", "f"])];

  expect(await Array.fromAsync(merged(lists, same))).toEqual(["a", "b", "c", "d", "e", "f"]);
});

test("the newest item comes first if the lists are newest first", async () => {
  const lists = [listOf(["e", "d", "a"]), listOf(["f", "c", "b"])];

  expect(await Array.fromAsync(merged(lists, same, { newestFirst: true }))).toEqual(["f", "e", "d", "c", "b", "a"]);
});

test("a list is read only as far as its reader goes", async () => {
  const read: string[] = [];
  const places = merged([listOf(["a", "c", "e"], read), listOf(["b", "d", "f"], read)], same);

  for await (const place of places) if (place === "b") break;

  expect(read.toSorted()).toEqual(["a", "b", "c"]);
});

test("a batch has the requested size, and the last one holds the rest", async () => {
  expect(await Array.fromAsync(inBatches(listOf(["a", "b", "c"]), 2))).toEqual([["a", "b"], ["c"]]);
});

test("lists in turns give one item each, and the longer lists continue", async () => {
  const lists = [listOf(["a1", "a2", "a3"]), listOf([]), listOf(["b1"])];

  expect(await Array.fromAsync(inTurns(lists))).toEqual(["a1", "b1", "a2", "a3"]);
});

test("at most the given number of items is returned, and the number is not asked for an empty list", async () => {
  let asked = 0;
  const two = async () => {
    asked++;
    return 2;
  };

  expect(await Array.fromAsync(firstOf(two, listOf([])))).toEqual([]);
  expect(asked).toBe(0);
  expect(await Array.fromAsync(firstOf(two, listOf(["a", "b", "c"])))).toEqual(["a", "b"]);
});
