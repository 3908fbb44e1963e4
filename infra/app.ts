import { clearing, createApp } from "./clearing.ts";
import { FlagRefused } from "./flags.ts";
import { checkWithNag } from "./nag.ts";
import { readSettings } from "./settings.ts";

try {
  const app = createApp();
  clearing(app, readSettings(app.node));
  checkWithNag(app);
  app.synth();
} catch (error) {
  if (!(error instanceof FlagRefused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
