import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { evaluationBindings } from "./evaluate.ts";
import { screeningBindings } from "./screenings.ts";

/** The routes of clinicians. */
export const bindings = [...screeningBindings, ...evaluationBindings];

export const handler = httpHandler(depsFor({}), bindings);
