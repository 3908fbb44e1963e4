import { describe, expect, test } from "vitest";
import { stage, synthesize } from "./stage.ts";

const dataTemplate = stage.templates.get("clearing-dev-data");
const tables = stage.raws.filter(({ Type }) => Type === "AWS::DynamoDB::Table");

describe("what must outlive a deployment", () => {
  test("there are five tables, on demand", () => {
    expect(tables.map(({ Properties }) => Properties.BillingMode)).toEqual(Array(5).fill("PAY_PER_REQUEST"));
  });

  test("every table has point-in-time recovery, deletion protection, and is retained", () => {
    for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of tables) {
      expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(Properties.DeletionProtectionEnabled).toBe(true);
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    }
  });

  test("so are the clinical key, the Stripe secret and the people", () => {
    const kept = stage.raws.filter(({ Type }) =>
      ["AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool"].includes(Type),
    );

    expect(kept).toHaveLength(3);
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    }
    dataTemplate?.hasResourceProperties("AWS::Cognito::UserPool", { DeletionProtection: "ACTIVE" });
  });

  test("production's logs and stacks are kept as well", () => {
    const production = synthesize({ stage: "prod", mailDomain: "retreats.example" });

    const logs = production.raws.filter(({ Type }) => Type === "AWS::Logs::LogGroup");
    expect(logs.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(logs.map(() => "Retain"));
    for (const stack of Object.values(production.stacks)) expect(stack.terminationProtection).toBe(true);
  });

  test("production refuses to start without the domain that it mails from", () => {
    expect(() => synthesize({ stage: "prod" })).toThrow("mailDomain");
  });
});

describe("keys and indexes", () => {
  test("the clinical table is encrypted with a key of its own, which rotates", () => {
    dataTemplate?.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
    const encrypted = tables.filter(({ Properties }) => Properties.SSESpecification !== undefined);

    expect(encrypted).toHaveLength(1);
    expect(encrypted[0]?.Properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: "KMS" });
  });

  test.each([
    ["core", "KEYS_ONLY", ["byList", "byOwner", "byCohort", "byDue"]],
    ["ledger", "ALL", ["byMonth", "byBooking"]],
    ["audit", "KEYS_ONLY", ["byActor", "byDay"]],
  ])("the %s table's indexes project %s", (name, projection, names) => {
    const table = stage.ofType("AWS::DynamoDB::Table").find(({ label }) => label === name);
    const indexes = table?.properties.GlobalSecondaryIndexes as { IndexName: string; Projection: object }[];

    expect(indexes.map(({ IndexName }) => IndexName)).toEqual(names);
    for (const { Projection } of indexes) expect(Projection).toEqual({ ProjectionType: projection });
  });

  test("only what may lapse has a time to live: no entry of the ledger or the audit log ever does", () => {
    const lapsing = stage
      .ofType("AWS::DynamoDB::Table")
      .filter(({ properties }) => properties.TimeToLiveSpecification !== undefined);

    expect(lapsing.map(({ label }) => label).sort()).toEqual(["clinical", "core"]);
  });

  test("no key of Stripe's is in a template", () => {
    const [secret] = stage.ofType("AWS::SecretsManager::Secret");

    expect(secret?.properties.SecretString).toBeUndefined();
    expect(secret?.properties.GenerateSecretString).toBeUndefined();
  });
});

describe("people", () => {
  test("the four roles are groups", () => {
    const groups = stage.ofType("AWS::Cognito::UserPoolGroup").map(({ properties }) => properties.GroupName);

    expect(groups.sort()).toEqual(["admin", "client", "clinician", "finance"]);
  });

  test("clients sign in with a code by e-mail, and staff may have a second factor", () => {
    dataTemplate?.hasResourceProperties("AWS::Cognito::UserPool", {
      MfaConfiguration: "OPTIONAL",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
    });
  });
});
