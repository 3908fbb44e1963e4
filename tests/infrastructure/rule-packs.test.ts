import type { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import type { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import { checkWithNag, rulePacks } from "../../infra/nag.ts";
import { stage, synthesize } from "./stage.ts";

/** One synthesis of each stage, which all packs look at. */
const production = synthesize({
  stage: "prod",
  merchantName: "Sample Operator",
  mailDomain: "retreats.example",
  mailVerified: "true",
});
const stages = [
  { stage: "dev", app: stage.app },
  { stage: "prod", app: production.app },
];
for (const { app } of stages) checkWithNag(app);

/** The same with a table without recovery and a log that never forgets, for the control. */
const { app: careless, stacks } = synthesize();
checkWithNag(careless);
const table = stacks.data.tables.core.node.defaultChild as CfnTable;
table.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: false };
const logs = stacks.api.node.findChild("booking-logs").node.defaultChild as CfnLogGroup;
logs.retentionInDays = undefined;

describe.each(rulePacks.map((Pack) => ({ Pack, pack: new Pack().name })))("the rule pack $pack", ({ Pack }) => {
  test.each(stages)("finds nothing in $stage that has no written reason", ({ app }) => {
    expect(new Pack(app).validateScope(app).violations).toEqual([]);
  });

  test("control: a table without recovery and a log that never forgets are found", () => {
    const found = new Pack(careless).validateScope(careless).violations.map(({ ruleName }) => ruleName);

    expect(found).not.toEqual([]);
  });
});
