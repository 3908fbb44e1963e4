import { describe, expect, test } from "vitest";
import { functionOf, permissionsFor, prod, rolePermissions, stage, synthesize } from "./stage.ts";

const { Variables: variables } = functionOf("mailer").properties.Environment as { Variables: Record<string, string> };

describe("a stage with a mail domain", () => {
  test("sends from one address, to anybody, through its own configuration set", () => {
    const sending = permissionsFor("mailer").filter(({ action }) => action === "ses:SendEmail");

    // SES's sandbox also requires permission on the recipient's identity.
    expect(sending.map(({ resource }) => resource.split(":").at(-1)).sort()).toEqual([
      "configuration-set/clearing-dev",
      "identity/*",
    ]);
    for (const { condition } of sending) {
      expect(condition).toEqual({ StringEquals: { "ses:FromAddress": "no-reply@retreats.example" } });
    }
    expect(variables).toMatchObject({
      MAIL_FROM: "no-reply@retreats.example",
      MAIL_CONFIGURATION_SET: "clearing-dev",
      SUPPORT_EMAIL: "support@dev.clearing.example",
    });
  });

  test("receives bounces and complaints, and suppresses later mail to such an address", () => {
    const data = stage.templates.get("clearing-dev-data");

    data?.hasResourceProperties("AWS::SES::ConfigurationSet", {
      Name: "clearing-dev",
      SuppressionOptions: { SuppressedReasons: ["BOUNCE", "COMPLAINT"] },
    });
    expect(stage.ofType("AWS::SES::ConfigurationSetEventDestination")[0]?.properties).toMatchObject({
      ConfigurationSetName: "clearing-dev",
      EventDestination: {
        Enabled: true,
        MatchingEventTypes: ["bounce", "complaint"],
        EventBridgeDestination: { EventBusArn: expect.stringMatching(/:event-bus\/default$/) },
      },
    });
  });

  test("creates the domain's identity, and outputs its DNS records", () => {
    expect(stage.ofType("AWS::SES::EmailIdentity").map(({ name }) => name)).toEqual(["retreats.example"]);
    expect(Object.keys(outputs(stage))).toEqual(expect.arrayContaining(["MailRecord1", "MailRecord2", "MailRecord3"]));
  });

  test("can use an existing identity, such as another stage's, without changing it", () => {
    const shared = synthesize({ ...prod, mailIdentity: "existing" });
    const allowed = [...rolePermissions(shared.resources).values()].flat();

    expect(shared.ofType("AWS::SES::EmailIdentity")).toEqual([]);
    expect(Object.keys(outputs(shared, "prod")).filter((name) => name.startsWith("MailRecord"))).toEqual([]);
    expect(allowed).toContainEqual({
      action: "ses:SendEmail",
      resource: expect.stringMatching(/:identity\/\*$/),
      condition: { StringEquals: { "ses:FromAddress": "no-reply@retreats.example" } },
    });
    expect(() => synthesize({ mailIdentity: "existing" })).toThrow("mailDomain");
  });

  test("passes the support address, the telephone number and the web site to the mailer, and the web site to the return page", () => {
    const reached = synthesize({ ...prod, supportPhone: "+1 555 0100", siteUrl: "https://my.retreats.example" });
    const mailer = reached.ofType("AWS::Lambda::Function").find(({ label }) => label === "mailer");

    expect(mailer?.properties.Environment).toMatchObject({
      Variables: {
        MERCHANT_NAME: "Sample Operator",
        SUPPORT_EMAIL: "help@retreats.example",
        SUPPORT_PHONE: "+1 555 0100",
        SITE_URL: "https://my.retreats.example",
      },
    });
    const checkout = reached.ofType("AWS::Lambda::Function").find(({ label }) => label === "checkout");
    expect(checkout?.properties.Environment).toMatchObject({ Variables: { SITE_URL: "https://my.retreats.example" } });
    expect(variables).not.toHaveProperty("SITE_URL");
    expect(variables).not.toHaveProperty("SUPPORT_PHONE");
  });
});

test("a stage without a mail domain cannot send: its mailer has no sender address and no permission", () => {
  const keeping = synthesize();
  const mailer = keeping.ofType("AWS::Lambda::Function").find(({ label }) => label === "mailer");
  const allowed = [...rolePermissions(keeping.resources).values()].flat().map(({ action }) => action);

  expect(keeping.ofType("AWS::SES::EmailIdentity")).toEqual([]);
  expect(allowed).not.toContain("ses:SendEmail");
  expect(JSON.stringify(mailer?.properties.Environment)).not.toContain("MAIL_FROM");
});

function outputs({ templates }: typeof stage, name = "dev"): Record<string, unknown> {
  return templates.get(`clearing-${name}-data`)?.toJSON().Outputs ?? {};
}
