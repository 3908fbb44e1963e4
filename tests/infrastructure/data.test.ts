import { describe, expect, test } from "vitest";
import { stage, synthesize } from "./stage.ts";

const dataTemplate = stage.templates.get("clearing-dev-data");
const tables = stage.raws.filter(({ Type }) => Type === "AWS::DynamoDB::Table");

describe("what must outlive a deployment", () => {
  test("there are six tables, on demand", () => {
    expect(tables.map(({ Properties }) => Properties.BillingMode)).toEqual(Array(6).fill("PAY_PER_REQUEST"));
  });

  test("every table has point-in-time recovery, deletion protection, and is retained", () => {
    for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of tables) {
      expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(Properties.DeletionProtectionEnabled).toBe(true);
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    }
  });

  test("so are the clinical key and the people", () => {
    const kept = stage.raws.filter(({ Type }) => ["AWS::KMS::Key", "AWS::Cognito::UserPool"].includes(Type));

    expect(kept).toHaveLength(2);
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    }
    dataTemplate?.hasResourceProperties("AWS::Cognito::UserPool", { DeletionProtection: "ACTIVE" });
  });

  test("production's logs and stacks are kept as well", () => {
    const production = synthesize({ stage: "prod", merchantName: "Sample Operator", mailDomain: "retreats.example" });

    const logs = production.raws.filter(({ Type }) => Type === "AWS::Logs::LogGroup");
    for (const { DeletionPolicy } of logs) expect(DeletionPolicy).toMatch(/^Retain/);
    for (const stack of Object.values(production.stacks)) expect(stack.terminationProtection).toBe(true);
  });

  test("what is kept under a fixed name does not outlive a first deployment that was rolled back", () => {
    const named: Record<string, string> = {
      "AWS::DynamoDB::Table": "TableName",
      "AWS::Logs::LogGroup": "LogGroupName",
      "AWS::SecretsManager::Secret": "Name",
    };
    const { raws } = synthesize({ stage: "prod", merchantName: "Sample Operator", mailDomain: "retreats.example" });
    const kept = raws.filter(({ Type, Properties, DeletionPolicy }) => {
      const property = named[Type];
      return property !== undefined && Properties[property] !== undefined && DeletionPolicy?.startsWith("Retain");
    });

    expect(kept.length).toBeGreaterThan(10);
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
    }
  });

  test("production refuses to start without the domain that it mails from", () => {
    expect(() => synthesize({ stage: "prod" })).toThrow("mailDomain");
    expect(() => synthesize({ stage: "prod", mailDomain: "retreats.example" })).toThrow("merchantName");
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
    ["clearance", "KEYS_ONLY", ["byDue"]],
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

  test("their codes come from the operator's domain as soon as SES has verified it, and not before", () => {
    const domain = { stage: "prod", merchantName: "Sample Operator", mailDomain: "retreats.example" };
    const sender = (context: Record<string, string>) =>
      synthesize(context).ofType("AWS::Cognito::UserPool")[0]?.properties.EmailConfiguration;

    expect(sender(domain)).toBeUndefined();
    expect(sender({ ...domain, mailVerified: "true" })).toMatchObject({
      EmailSendingAccount: "DEVELOPER",
      From: "Clearing <no-reply@retreats.example>",
      SourceArn: expect.stringMatching(/:identity\/retreats\.example$/),
    });
    expect(() => sender({ mailVerified: "true" })).toThrow("mailDomain");
  });

  test("clients sign in with a code by e-mail, and staff may have a second factor", () => {
    dataTemplate?.hasResourceProperties("AWS::Cognito::UserPool", {
      MfaConfiguration: "OPTIONAL",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
    });
  });
});
