import { build } from "../../scripts/build.ts";

/** The stacks are made of what the build wrote. */
export default async function setup(): Promise<void> {
  await build();
}
