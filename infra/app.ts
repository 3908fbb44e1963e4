import { clearing, createApp } from "./clearing.ts";
import { checkWithNag } from "./nag.ts";
import { readSettings } from "./settings.ts";

const app = createApp();
clearing(app, readSettings(app.node));
checkWithNag(app);
app.synth();
