import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { calculatorBindings } from "./calculators.ts";
import { catalogueBindings } from "./catalogue.ts";
import { documentBindings } from "./documents.ts";

/** The public routes: the catalogue, quotes, calculators and documents. */
export const bindings = [...catalogueBindings, ...calculatorBindings, ...documentBindings];

export const handler = httpHandler(depsFor({}), bindings);
