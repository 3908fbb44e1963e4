import { synthesize } from "../../scripts/synthesize.ts";
import { bundling } from "./bundling.ts";
import { orExit } from "./or-exit.ts";

/** Builds the bundles and the template once, before any test needs them. */
export default async function setup(): Promise<void> {
  await orExit(synthesize(() => {}, bundling));
}
