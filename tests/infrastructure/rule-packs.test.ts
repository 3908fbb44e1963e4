import type { CfnTable } from "aws-cdk-lib/aws-dynamodb";
import type { CfnLogGroup } from "aws-cdk-lib/aws-logs";
import { describe, expect, test, vi } from "vitest";
import { checkWithNag, rulePacks } from "../../infra/nag.ts";
import { prod, synthesize } from "./stage.ts";

/** Synthesized as for a deployment: the violations name the account and the region. */
vi.stubEnv("CDK_DEFAULT_ACCOUNT", "123456789012");
vi.stubEnv("CDK_DEFAULT_REGION", "us-east-1");
const { app: deployed } = synthesize(prod);
vi.unstubAllEnvs();
checkWithNag(deployed);

/** For the control: a stage with a table without recovery and a log group without retention. */
const { app: careless, stacks } = synthesize();
checkWithNag(careless);
const table = stacks.data.tables.core.node.defaultChild as CfnTable;
table.pointInTimeRecoverySpecification = { pointInTimeRecoveryEnabled: false };
const logs = stacks.api.node.findChild("booking-logs").node.defaultChild as CfnLogGroup;
logs.retentionInDays = undefined;

/** flags.test.ts checks the combinations of flags. */
describe.each(rulePacks.map((Pack) => ({ Pack, pack: new Pack().name })))("the rule pack $pack", ({ Pack }) => {
  test("finds no violation without a written reason, in a stage whose account and region are known", () => {
    expect(new Pack(deployed).validateScope(deployed).violations).toEqual([]);
  });

  test("control: a table without recovery and a log group without retention are violations", () => {
    const found = new Pack(careless).validateScope(careless).violations.map(({ ruleName }) => ruleName);

    expect(found).not.toEqual([]);
  });
});
