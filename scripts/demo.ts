import { financed } from "./demo/financed.ts";
import { flags } from "./demo/stack.ts";
import { toConfirmed } from "./demo/to-confirmed.ts";

/**
 * `npm run demo`: one booking from quote to confirmed against the running stack, printing each step, event and journal
 * entry. `npm run demo -- --plan financed`: two years of a financed booking on one page.
 */
const walks: Readonly<Record<string, () => Promise<void>>> = { deposit_and_balance: toConfirmed, financed };

try {
  const walk = walks[flags.plan];
  if (walk === undefined) throw new Error(`--plan must be one of ${Object.keys(walks).join(", ")}`);
  await walk();
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
