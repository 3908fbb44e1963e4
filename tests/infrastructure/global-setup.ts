import { build } from "../../scripts/build.ts";

/** The stacks are synthesized from the output of the build. */
export default async function setup(): Promise<void> {
  await build();
}
