import { synthesize } from "../../scripts/synthesize.ts";

/** The bundles and the template are made once, before any test asks for them. */
export default async function setup(): Promise<void> {
  await synthesize(() => {});
}
