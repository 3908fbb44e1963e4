import { describe, expect, test } from "vitest";
import { prod, stage, synthesize } from "./stage.ts";

const dataTemplate = stage.templates.get("clearing-dev-data");
const tables = stage.raws.filter(({ Type }) => Type === "AWS::DynamoDB::Table");

describe("resources that must survive a deployment", () => {
  test("the six tables are billed on demand", () => {
    expect(tables.map(({ Properties }) => Properties.BillingMode)).toEqual(Array(6).fill("PAY_PER_REQUEST"));
  });

  test("every table has point-in-time recovery and deletion protection, and is retained", () => {
    for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of tables) {
      expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(Properties.DeletionProtectionEnabled).toBe(true);
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    }
  });

  test("the clinical key and the user pools are retained", () => {
    const kept = stage.raws.filter(({ Type }) => ["AWS::KMS::Key", "AWS::Cognito::UserPool"].includes(Type));

    expect(kept).toHaveLength(3);
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    }
    dataTemplate?.allResourcesProperties("AWS::Cognito::UserPool", { DeletionProtection: "ACTIVE" });
  });

  test("production's logs are retained, and its stacks have termination protection", () => {
    const production = synthesize(prod);

    const logs = production.raws.filter(({ Type }) => Type === "AWS::Logs::LogGroup");
    for (const { DeletionPolicy } of logs) expect(DeletionPolicy).toMatch(/^Retain/);
    for (const stack of Object.values(production.stacks)) expect(stack.terminationProtection).toBe(true);
  });

  test("a retained resource with a fixed name is deleted if its first deployment is rolled back", () => {
    const named: Record<string, string> = {
      "AWS::DynamoDB::Table": "TableName",
      "AWS::Logs::LogGroup": "LogGroupName",
      "AWS::SecretsManager::Secret": "Name",
    };
    const { raws } = synthesize(prod);
    const kept = raws.filter(({ Type, Properties, DeletionPolicy }) => {
      const property = named[Type];
      return property !== undefined && Properties[property] !== undefined && DeletionPolicy?.startsWith("Retain");
    });

    expect(kept.length).toBeGreaterThan(10);
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
    }
  });

  test("production requires a mail domain, a legal name and an address for replies", () => {
    for (const flag of ["mailDomain", "merchantName", "supportEmail"] as const) {
      const { [flag]: _, ...others } = prod;
      expect(() => synthesize(others)).toThrow(flag);
    }
  });
});

describe("keys and indexes", () => {
  test("the clinical table is encrypted with a separate key, which rotates", () => {
    dataTemplate?.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
    const encrypted = tables.filter(({ Properties }) => Properties.SSESpecification !== undefined);

    expect(encrypted).toHaveLength(1);
    expect(encrypted[0]?.Properties.SSESpecification).toMatchObject({ SSEEnabled: true, SSEType: "KMS" });
  });

  test.each([
    ["core", "KEYS_ONLY", ["byList", "byStatus", "byOwner", "byCohort", "byQueue", "byParticipant", "byDue"]],
    ["ledger", "ALL", ["byMonth", "byBooking"]],
    ["audit", "KEYS_ONLY", ["byActor", "byDay"]],
    ["clearance", "KEYS_ONLY", ["byDue"]],
  ])("the %s table's indexes project %s", (name, projection, names) => {
    const table = stage.ofType("AWS::DynamoDB::Table").find(({ label }) => label === name);
    const indexes = table?.properties.GlobalSecondaryIndexes as { IndexName: string; Projection: object }[];

    expect(indexes.map(({ IndexName }) => IndexName)).toEqual(names);
    for (const { Projection } of indexes) expect(Projection).toEqual({ ProjectionType: projection });
  });

  test("the outbox and the ledger have a stream of added items", () => {
    const streams = stage.ofType("AWS::DynamoDB::Table").flatMap(({ label, properties }) => {
      const stream = properties.StreamSpecification as { StreamViewType: string } | undefined;
      return stream === undefined ? [] : [`${label}: ${stream.StreamViewType}`];
    });

    expect(streams.sort()).toEqual(["ledger: NEW_IMAGE", "outbox: NEW_IMAGE"]);
  });

  test("only tables whose items may expire have a time to live; the ledger and the audit log have none", () => {
    const lapsing = stage
      .ofType("AWS::DynamoDB::Table")
      .filter(({ properties }) => properties.TimeToLiveSpecification !== undefined);

    expect(lapsing.map(({ label }) => label).sort()).toEqual(["clinical", "core"]);
  });

  test("no template contains a Stripe key", () => {
    const [secret] = stage.ofType("AWS::SecretsManager::Secret");

    expect(secret?.properties.SecretString).toBeUndefined();
    expect(secret?.properties.GenerateSecretString).toBeUndefined();
  });
});

function poolsOf(context: Record<string, string>) {
  const pools = synthesize(context).ofType("AWS::Cognito::UserPool");
  const named = (label: string) => {
    const pool = pools.find((one) => one.label === label);
    if (!pool) throw new Error(`there is no user pool ${label}`);
    return pool;
  };
  return { clients: named("people"), staff: named("staff") };
}

describe("the user pools", () => {
  test("clients and staff have separate pools, and each role is a group of its people's pool", () => {
    const pools = new Map(
      stage.ofType("AWS::Cognito::UserPool").map(({ attributes, label }) => [attributes.Ref, label]),
    );
    const groups = stage
      .ofType("AWS::Cognito::UserPoolGroup")
      .map(({ properties }) => `${pools.get(String(properties.UserPoolId))}: ${properties.GroupName}`);

    expect(groups.sort()).toEqual(["people: client", "staff: admin", "staff: clinician", "staff: finance"]);
  });

  test("staff cannot sign themselves up, and need a password and an authenticator app, in every stage", () => {
    for (const context of [{}, prod]) {
      const { properties } = poolsOf(context).staff;
      expect(properties).toMatchObject({
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: "ON",
        EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
        Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD"] } },
      });
    }
  });

  test("production protects both pools against account takeover", () => {
    for (const { properties } of Object.values(poolsOf(prod))) {
      expect(properties).toMatchObject({
        UserPoolTier: "PLUS",
        UserPoolAddOns: { AdvancedSecurityMode: "ENFORCED" },
      });
    }
  });

  test("tokens of clients last an hour, those of staff 15 minutes, and a sign-in lasts 12 hours", () => {
    const lives = stage.ofType("AWS::Cognito::UserPoolClient").map(({ label, properties }) => {
      const { IdToken, AccessToken, RefreshToken } = properties.TokenValidityUnits as Record<string, string>;
      expect([IdToken, AccessToken, RefreshToken]).toEqual(["minutes", "minutes", "minutes"]);
      return [label, properties.IdTokenValidity, properties.AccessTokenValidity, properties.RefreshTokenValidity];
    });

    expect(lives).toEqual([
      ["web", 60, 60, 720],
      ["staff-web", 15, 15, 720],
    ]);
  });

  test("staff cannot change their e-mail address", () => {
    const client = stage.ofType("AWS::Cognito::UserPoolClient").find(({ label }) => label === "staff-web");

    expect(client?.properties.WriteAttributes).toEqual(["name"]);
    expect(client?.properties.AuthSessionValidity).toBe(10);
  });

  test("the ids of both pools and of their clients are outputs", () => {
    for (const name of ["ClientUserPool", "ClientUserPoolClient", "StaffUserPool", "StaffUserPoolClient"]) {
      expect(dataTemplate?.findOutputs(name), name).toHaveProperty(name);
    }
  });

  test("mails with codes come from the operator's domain once SES has verified it, and replies go to its support address", () => {
    const senders = (context: Record<string, string>) =>
      Object.values(poolsOf(context)).map(({ properties }) => properties.EmailConfiguration);
    const replies = { ReplyToEmailAddress: "help@retreats.example" };
    const cognitos = { EmailSendingAccount: "COGNITO_DEFAULT", ...replies };
    const own = {
      EmailSendingAccount: "DEVELOPER",
      From: '"Sample Operator, LLC" <no-reply@retreats.example>',
      SourceArn: expect.stringMatching(/:identity\/retreats\.example$/),
      ConfigurationSet: "clearing-prod",
      ...replies,
    };
    const given = { ...prod, merchantName: "Sample Operator, LLC" };

    expect(senders(given)).toEqual([cognitos, cognitos]);
    expect(senders({ ...given, mailVerified: "true" })).toEqual([own, own]);
    expect(() => senders({ mailVerified: "true" })).toThrow("mailDomain");
  });

  test("clients sign in with a code by e-mail", () => {
    dataTemplate?.hasResourceProperties("AWS::Cognito::UserPool", {
      MfaConfiguration: "OPTIONAL",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
    });
  });
});
