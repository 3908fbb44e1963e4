import { rmSync } from "node:fs";
import { type App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { clearing, createApp } from "../../infra/clearing.ts";
import type { FunctionName } from "../../infra/grants.ts";
import { readSettings } from "../../infra/settings.ts";
import { resolveStacks } from "../../packages/local/src/intrinsics.ts";
import type { Resource } from "../../packages/local/src/resource.ts";

/**
 * Creates an app, and in the end removes the folder that the CDK creates for it in the temporary folder. CDK's own
 * validation is off: it ends `cdk synth` with an error, but fails no test.
 */
function inApp<Result>(context: Record<string, string>, use: (app: App) => Result): Result {
  // The bundles are hashed, but not copied into the app's folder.
  const app = createApp({ ...context, "aws:cdk:disable-asset-staging": "true" }, { validated: false });
  try {
    return use(app);
  } finally {
    rmSync(app.outdir, { recursive: true });
  }
}

/** The settings that a stage's flags give. */
export const settingsOf = (context: Record<string, string>) => inApp(context, ({ node }) => readSettings(node));

/** Synthesizes one stage as `cdk synth` does, without leaving files. A control breaks it with `change`. */
export function synthesize(
  context: Record<string, string> = {},
  change: (stacks: ReturnType<typeof clearing>) => void = () => {},
) {
  const { app, stacks, templates } = inApp(context, (made) => {
    const parts = clearing(made, readSettings(made.node));
    change(parts);
    const all = made.node.children.filter(Stack.isStack);
    return { app: made, stacks: parts, templates: new Map(all.map((one) => [one.stackName, Template.fromStack(one)])) };
  });
  const raw = new Map([...templates].map(([name, template]) => [name, template.toJSON()]));
  // The local stack's resolver follows references across stacks, so that statements name the resources they allow.
  const resources = resolveStacks(raw, "https://api.example");
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const raws = [...raw.values()].flatMap(({ Resources }) => Object.values(Resources as Record<string, RawResource>));
  return { app, stacks, templates, resources, ofType, raws };
}

export type RawResource = {
  Type: string;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties: Record<string, unknown>;
};
export type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
};

const list = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

/** One action on one resource, with its condition. */
export type Permission = { action: string; resource: string; condition: Statement["Condition"] };

const permissionsOf = (statements: readonly Statement[]): Permission[] =>
  statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action, Resource, Condition: condition }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => ({ action, resource, condition }))),
    );

type Document = { Statement: Statement[] };

/** The permissions of each role of the stage, by the role's name: from its own policies and the attached ones. */
export function rolePermissions(resources: readonly Resource[]): Map<string, Permission[]> {
  const roles = new Map<string, Permission[]>();
  for (const { type, name, properties } of resources) {
    if (type === "AWS::IAM::Role") {
      const { Policies = [] } = properties as { Policies?: { PolicyDocument: Document }[] };
      roles.set(
        name,
        Policies.flatMap(({ PolicyDocument }) => permissionsOf(PolicyDocument.Statement)),
      );
    }
  }
  for (const { type, properties } of resources) {
    if (type === "AWS::IAM::Policy") {
      const { Roles, PolicyDocument } = properties as { Roles: string[]; PolicyDocument: Document };
      for (const role of Roles) roles.get(role)?.push(...permissionsOf(PolicyDocument.Statement));
    }
  }
  return roles;
}

/** The flags that the stage `prod` requires. */
export const prod = {
  stage: "prod",
  merchantName: "Sample Operator",
  mailDomain: "retreats.example",
  supportEmail: "help@retreats.example",
};

export const stage = synthesize({ mailDomain: "retreats.example" });
const roles = rolePermissions(stage.resources);

/** The function's resource, by its name in functions/. */
export function functionOf(name: FunctionName): Resource {
  const found = stage.ofType("AWS::Lambda::Function").find(({ label }) => label === name);
  if (!found) throw new Error(`there is no function ${name}`);
  return found;
}

/** All permissions of the function's role. */
export function permissionsFor(name: FunctionName): Permission[] {
  const role = String(functionOf(name).properties.Role).split("/").at(-1) ?? "";
  const permissions = roles.get(role);
  if (!permissions) throw new Error(`${name} has no role`);
  return permissions;
}

export const tableArn = (name: string): string => {
  const table = stage.ofType("AWS::DynamoDB::Table").find(({ label }) => label === name);
  if (!table?.attributes.Arn) throw new Error(`there is no table ${name}`);
  return table.attributes.Arn;
};
