import { App } from "aws-cdk-lib";
import { clearing } from "./clearing.ts";
import { checkWithNag } from "./nag.ts";
import { readSettings } from "./settings.ts";

const app = new App({ analyticsReporting: false, context: { "aws:cdk:enable-path-metadata": true } });
clearing(app, readSettings(app.node));
checkWithNag(app);
app.synth();
