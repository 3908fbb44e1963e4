import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { ledgerBindings } from "./ledger.ts";

/** The routes of finance. */
export const bindings = ledgerBindings;

export const handler = httpHandler(depsFor({}), bindings);
