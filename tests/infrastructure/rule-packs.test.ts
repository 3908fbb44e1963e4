import type { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import type { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import { checkWithNag, rulePacks } from "../../infra/nag.ts";
import { synthesize } from "./stage.ts";

describe.each(rulePacks.map((Pack) => ({ Pack, pack: new Pack().name })))("the rule pack $pack", ({ Pack }) => {
  test.each([{ stage: "dev" }, { stage: "prod", mailDomain: "retreats.example", mailVerified: "true" }])(
    "finds nothing in $stage that has no written reason",
    (context) => {
      const { app } = synthesize(context);
      checkWithNag(app);

      expect(new Pack(app).validateScope(app).violations).toEqual([]);
    },
  );

  test("control: a table without recovery and a log that never forgets are found", () => {
    const { app, stacks } = synthesize();
    checkWithNag(app);
    const table = stacks.data.tables.core.node.defaultChild as CfnTable;
    table.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: false };
    const logs = stacks.api.node.findChild("booking-logs").node.defaultChild as CfnLogGroup;
    logs.retentionInDays = undefined;

    const found = new Pack(app).validateScope(app).violations.map(({ ruleName }) => ruleName);

    expect(found).not.toEqual([]);
  });
});
