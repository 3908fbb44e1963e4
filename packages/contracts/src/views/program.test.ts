import { program } from "@clearing/domain/testing/retreat";
import { expect, test } from "vitest";
import { programView } from "./program.ts";

test("the public view of a program omits its internal fields", () => {
  expect(programView(program())).not.toHaveProperty("auditHash");
  expect(programView(program())).not.toHaveProperty("version");
});
