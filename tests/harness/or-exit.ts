import { BuildFailed } from "../../scripts/esbuild.ts";

/**
 * Ends the run if the build failed. vitest would print the stack of an error, and that it found no test files.
 */
export async function orExit(built: Promise<unknown>): Promise<void> {
  try {
    await built;
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
