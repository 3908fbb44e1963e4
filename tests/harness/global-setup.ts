import { synthesize } from "../../scripts/synthesize.ts";
import { bundling } from "./bundling.ts";

/** Builds the bundles and the template once, before any test needs them. */
export default async function setup(): Promise<void> {
  await synthesize(() => {}, bundling);
}
