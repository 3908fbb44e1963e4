import { build } from "../../scripts/build.ts";
import { orExit } from "../harness/or-exit.ts";

/** The stacks are synthesized from the output of the build. */
export default async function setup(): Promise<void> {
  await orExit(build());
}
