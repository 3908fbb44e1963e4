import type { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import type { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import { checkWithNag, rulePacks } from "../../infra/nag.ts";
import { synthesize } from "./stage.ts";

/** A stage with a table without recovery and a log that never forgets, for the control. */
const { app: careless, stacks } = synthesize();
checkWithNag(careless);
const table = stacks.data.tables.core.node.defaultChild as CfnTable;
table.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: false };
const logs = stacks.api.node.findChild("booking-logs").node.defaultChild as CfnLogGroup;
logs.retentionInDays = undefined;

/** Every combination of flags is judged in flags.test.ts. */
describe.each(rulePacks.map((Pack) => ({ Pack, pack: new Pack().name })))("the rule pack $pack", ({ Pack }) => {
  test("control: a table without recovery and a log that never forgets are found", () => {
    const found = new Pack(careless).validateScope(careless).violations.map(({ ruleName }) => ruleName);

    expect(found).not.toEqual([]);
  });
});
