import { httpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { ledgerBindings } from "./ledger.ts";

/** What finance reads. */
export const handler = httpHandler(depsFor({}), ledgerBindings);
