import { programTerms } from "@clearing/domain/program";
import { cohort, program } from "@clearing/domain/testing/retreat";
import { expect, test } from "vitest";
import { programFields } from "../program.ts";
import { programView } from "./program.ts";
import { termsView } from "./terms.ts";

test("the public view of a program omits its internal fields", () => {
  expect(programView(program())).not.toHaveProperty("auditHash");
  expect(programView(program())).not.toHaveProperty("version");
});

test.each([
  [
    [0, 3],
    [1, 3],
  ],
  [[0, 1], [1]],
  [[], [3, 7]],
  [
    [3, 7],
    [3, 7],
  ],
])("a program and the terms of a cohort, stored with the notice days %j, show those that count", (stored, shown) => {
  const sold = program({ nonPayment: { noticeDays: stored, cancelDaysBefore: 14 } });
  const terms = { ...programTerms(sold), version: 1 };
  const counted = { noticeDays: shown, cancelDaysBefore: 14 };
  const view = termsView({
    cohort: cohort({ terms }),
    program: program({ nonPayment: counted }),
  });

  expect(programView(sold).nonPayment).toEqual(counted);
  expect(view.terms?.nonPayment).toEqual(counted);
  expect(view.differences.filter(({ path }) => path.startsWith("nonPayment"))).toEqual([]);
  expect(programFields.nonPayment.safeParse(programView(sold).nonPayment).success).toBe(true);
});

test("a program that does not cancel for non-payment shows no notice days", () => {
  expect(programView(program({ nonPayment: null })).nonPayment).toBeNull();
});
