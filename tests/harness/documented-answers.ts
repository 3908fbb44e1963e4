import { afterAll, afterEach, expect } from "vitest";
import { holdAnswers, undocumented } from "./documented.ts";
import { noteFailures } from "./failed.ts";

holdAnswers();
noteFailures();

/** Fails a test in which the API gave an answer that its OpenAPI document does not describe. */
const describedByTheDocument = () => {
  const found = [...undocumented];
  undocumented.clear();
  expect(found, "answers that /openapi.json does not describe").toEqual([]);
};

afterEach(describedByTheDocument);
afterAll(describedByTheDocument);
