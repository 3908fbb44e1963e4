import { expect, test } from "vitest";
import { reloading } from "../../scripts/watch.ts";

const functions = ["Booking", "StripeEvents"].map((label) => ({ label }));

/** A stack that records the reloaded functions, and a folder of bundles with the given hashes. */
function world(hashes: Record<string, string>) {
  const reloaded: string[][] = [];
  const lines: string[] = [];
  const stack = { topology: { functions }, reload: (labels: readonly string[]) => void reloaded.push([...labels]) };
  const { reload } = reloading(
    stack as unknown as Parameters<typeof reloading>[0],
    () => new Map(Object.entries(hashes)),
    (line) => lines.push(line),
  );
  return { reload, reloaded, lines, hashes };
}

test("only the functions that a build has changed are reloaded", () => {
  const { reload, reloaded, hashes } = world({ booking: "1", "stripe-events": "1" });
  hashes["stripe-events"] = "2";

  reload();

  expect(reloaded).toEqual([["StripeEvents"]]);
});

test("a build that changed nothing reloads nothing, and says so", () => {
  const { reload, reloaded, lines } = world({ booking: "1" });

  reload();

  expect(reloaded).toEqual([[]]);
  expect(lines).toEqual(["no bundle changed"]);
});
