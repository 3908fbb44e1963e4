import { assemble } from "./assemble.ts";
import type { Stack, StackOptions } from "./stack-options.ts";

/**
 * Starts the stack that the synthesized template describes. Several may run at once, each in a separate data folder.
 * Throws StartRefused or TemplateError, whose message is meant for a person, if it cannot start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const log = options.log ?? (() => {});
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await assemble(options, log, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}
