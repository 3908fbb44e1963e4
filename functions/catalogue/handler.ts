import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { calculatorBindings } from "./calculators.ts";
import { catalogueBindings } from "./catalogue.ts";
import { documentBindings } from "./documents.ts";

/** What anybody may read, and the quotes and figures that anybody may ask for. */
export const handler = httpHandler(depsFor({}), [...catalogueBindings, ...calculatorBindings, ...documentBindings]);
