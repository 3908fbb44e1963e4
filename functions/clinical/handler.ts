import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { evaluationBindings } from "./evaluate.ts";
import { screeningBindings } from "./screenings.ts";

/** What clinicians read and record. */
export const handler = httpHandler(depsFor({}), [...screeningBindings, ...evaluationBindings]);
