import { App, type StackProps, Tags } from "aws-cdk-lib";
import flags from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import type { Settings } from "./settings.ts";
import { ApiStack } from "./stacks/api.ts";
import { DataStack } from "./stacks/data.ts";
import { EventsStack } from "./stacks/events.ts";
import { OperationsStack } from "./stacks/operations.ts";

/**
 * An app with the CDK's current behavior instead of that of its first version. `validated` makes the CDK validate each
 * template against CloudFormation's schemas, which takes longer than the rest of a synthesis.
 */
export const createApp = (context: Record<string, string> = {}, { validated = true, outdir = "" } = {}): App =>
  new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: validated,
    ...(outdir !== "" && { outdir }),
    context: {
      ...flags,
      // Cross-stack references are exports and imports: CloudFormation refuses to remove a used export, and the local
      // stack reads them.
      "@aws-cdk/core:defaultCrossStackReferences": "strong",
      "aws:cdk:enable-path-metadata": true,
      ...context,
    },
  });

/** Adds the stacks of one stage: data, API, events, operations. */
export function clearing(app: App, settings: Settings) {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const props = (part: string): StackProps & { settings: Settings } => ({
    settings,
    description: `Clearing ${settings.stage}: ${part}`,
    terminationProtection: settings.production,
    ...(account && region ? { env: { account, region } } : {}),
  });
  const name = (part: string) => `clearing-${settings.stage}-${part}`;

  const data = new DataStack(app, name("data"), props("tables, keys, secrets, people"));
  const api = new ApiStack(app, name("api"), { ...props("HTTP API"), data });
  const events = new EventsStack(app, name("events"), { ...props("bus, consumers, schedules"), data, api });
  const operations = new OperationsStack(app, name("operations"), { ...props("alarms, dashboard"), api, events });
  Tags.of(app).add("application", "clearing");
  Tags.of(app).add("stage", settings.stage);
  return { data, api, events, operations };
}
