import { program } from "@clearing/domain/testing/retreat";
import { expect, test } from "vitest";
import { programView } from "./program.ts";

test("a program, as anybody sees it, keeps its bookkeeping to itself", () => {
  expect(programView(program())).not.toHaveProperty("auditHash");
  expect(programView(program())).not.toHaveProperty("version");
});
