import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import type { Metafile } from "esbuild";
import { describe, expect, test } from "vitest";
import { functionNames } from "../../infra/grants.ts";
import { triggers } from "../../infra/triggers.ts";
import { functionOf, settingsOf, stage, synthesize } from "./stage.ts";

/** The sources in a function's bundle, including chunks that load later. */
function sourcesIn(name: string): string[] {
  const { outputs } = JSON.parse(readFileSync(`dist/meta/${name}.json`, "utf8")) as Metafile;
  return Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
}

/** The npm packages of these sources. */
function packagesIn(name: string): Set<string> {
  return new Set(sourcesIn(name).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
}

type Target = { Arn: string };

/** The functions with an event source mapping of this kind. */
function mappedTo(isSource: (arn: string) => boolean): unknown[] {
  const mappings = stage.ofType("AWS::Lambda::EventSourceMapping").map(({ properties }) => properties);
  const mapped = mappings.filter(({ EventSourceArn }) => isSource(String(EventSourceArn)));
  return functionNames
    .filter((name) => mapped.some(({ FunctionName }) => FunctionName === `clearing-dev-${name}`))
    .map((name) => functionOf(name).attributes.Arn);
}

describe("functions", () => {
  test("exist for exactly the names in infra/grants.ts", () => {
    const labels = stage.ofType("AWS::Lambda::Function").map(({ label }) => label);

    expect(labels.sort()).toEqual([...functionNames].sort());
  });

  test("are called only by the trigger in their row", () => {
    const integrations = stage.ofType("AWS::ApiGatewayV2::Integration");
    const rules = stage.ofType("AWS::Events::Rule").flatMap(({ properties }) => properties.Targets as Target[]);
    const isQueue = (arn: string) => arn.includes(":sqs:");
    const isHeard = (arn: string) => rules.some(({ Arn }) => Arn === arn);
    const called = {
      routes: integrations.map(({ properties }) => properties.IntegrationUri),
      authorizer: stage.ofType("AWS::ApiGatewayV2::Authorizer").map(({ properties }) => properties.AuthorizerUri),
      stream: mappedTo((arn) => arn.includes("/stream/")),
      events: mappedTo((arn) => isQueue(arn) && isHeard(arn)),
      keys: mappedTo((arn) => isQueue(arn) && !isHeard(arn)),
      schedule: stage.ofType("AWS::Scheduler::Schedule").map(({ properties }) => (properties.Target as Target).Arn),
    };

    for (const name of functionNames) {
      const { Arn } = functionOf(name).attributes;
      const ways = Object.entries(called).flatMap(([way, callers]) =>
        callers.some((caller) => String(caller).includes(String(Arn))) ? [way] : [],
      );
      expect(ways, name).toEqual([triggers[name].by]);
    }
  });

  test("run on the tested version of Node, on arm64, and log JSON; no option of Node slows a cold start", () => {
    for (const name of functionNames) {
      expect(functionOf(name).properties, name).toMatchObject({
        Runtime: `nodejs${process.versions.node.split(".")[0]}.x`,
        Architectures: ["arm64"],
        Handler: "index.handler",
        LoggingConfig: { LogFormat: "JSON" },
        Environment: { Variables: { STAGE: "dev" } },
      });
      expect(functionOf(name).properties, name).not.toHaveProperty("Environment.Variables.NODE_OPTIONS");
    }
  });

  test("load nothing of undici: no bundle imports node:http as an ES module", () => {
    for (const name of functionNames) {
      const { outputs } = JSON.parse(readFileSync(`dist/meta/${name}.json`, "utf8"));
      const imports = Object.values(outputs as Metafile["outputs"]).flatMap((output) => output.imports);

      expect(imports.length, name).toBeGreaterThan(0);
      expect(
        imports.filter(({ path, kind }) => /^(node:)?http$/.test(path) && kind !== "require-call"),
        name,
      ).toEqual([]);
    }
  });

  test("include one that creates programs: it knows the account's currencies, by default dollars", () => {
    const said = (settlementCurrencies: string) => settingsOf({ settlementCurrencies }).settlementCurrencies;

    expect(functionOf("admin").properties).toMatchObject({
      Environment: { Variables: { SETTLEMENT_CURRENCIES: "usd" } },
    });
    expect(said("usd,eur")).toBe("usd,eur");
    expect(() => said("USD eur")).toThrow("settlementCurrencies");
    expect(() => said("usd,xyz")).toThrow("-c settlementCurrencies: xyz is not supported");
  });

  test("only the clinical function knows whether one clinician may sign both evaluations", () => {
    const told = ({ ofType }: Pick<typeof stage, "ofType">) =>
      ofType("AWS::Lambda::Function")
        .filter(({ properties }) => JSON.stringify(properties.Environment).includes("ONE_CLINICIAN_MAY_SIGN_BOTH"))
        .map(({ label }) => label);

    expect(told(stage)).toEqual([]);
    expect(told(synthesize({ oneClinicianMaySignBoth: "true" }))).toEqual(["clinical"]);
  });

  test("only the catalogue knows the operator's figures of credit law", () => {
    const told = ({ ofType }: Pick<typeof stage, "ofType">) =>
      ofType("AWS::Lambda::Function")
        .filter(({ properties }) => /CREDIT_EXEMPT_ABOVE.*LATE_CHARGE_CAP/.test(JSON.stringify(properties.Environment)))
        .map(({ label }) => label);

    expect(told(stage)).toEqual([]);
    expect(told(synthesize({ creditExemptAbove: "2026-01-01:73400", lateChargeCap: "2026-01-01:5" }))).toEqual([
      "catalogue",
    ]);
  });

  test("reserve no concurrency, since a new account cannot, unless the stage reserves some for the webhook", () => {
    const reserved = ({ ofType }: Pick<typeof stage, "ofType">) =>
      ofType("AWS::Lambda::Function").flatMap(({ label, properties }) =>
        "ReservedConcurrentExecutions" in properties ? [[label, properties.ReservedConcurrentExecutions]] : [],
      );

    expect(reserved(stage)).toEqual([]);
    expect(reserved(synthesize({ webhookConcurrency: "20" }))).toEqual([["webhook", 20]]);
  });

  test("behind the gateway time out before the gateway does", () => {
    const behind = stage.ofType("AWS::ApiGatewayV2::Integration").map(({ properties }) => properties.IntegrationUri);
    const http = stage.ofType("AWS::Lambda::Function").filter(({ attributes }) => behind.includes(attributes.Arn));

    expect(http).toHaveLength(7);
    for (const { properties } of http) expect(properties.Timeout).toBeLessThan(30);
  });

  test("keep their logs for 30 days", () => {
    const groups = stage.ofType("AWS::Logs::LogGroup");

    expect(groups).toHaveLength(functionNames.length + 1);
    for (const { name, properties } of groups) expect(properties.RetentionInDays, name).toBe(30);
  });
});

describe("bundles", () => {
  test("the booking function contains neither Stripe nor the EventBridge client", () => {
    const packages = packagesIn("booking");

    expect(packages).toContain("@aws-sdk/lib-dynamodb");
    expect(packages).not.toContain("stripe");
    expect(packages).not.toContain("@aws-sdk/client-eventbridge");
  });

  test.each(functionNames)("%s loads no text of the API's documentation", (name) => {
    const documents = /contracts\/src\/(openapi|answers|describe-fields|field-descriptions|event-descriptions)\.ts$/;

    expect(sourcesIn(name).filter((path) => documents.test(path))).toEqual([]);
  });

  test("control: other bundles contain them", () => {
    expect(sourcesIn("catalogue")).toContain("packages/contracts/src/routes/catalogue.ts");
    expect(packagesIn("checkout")).toContain("stripe");
    expect(packagesIn("relay")).toContain("@aws-sdk/client-eventbridge");
  });

  test.each(functionNames)("%s imports only Node's modules at run time", (name) => {
    const { outputs } = JSON.parse(readFileSync(`dist/meta/${name}.json`, "utf8")) as Metafile;
    const external = Object.values(outputs).flatMap(({ imports }) => imports.filter((item) => item.external));

    expect(external.map(({ path }) => path).filter((path) => !path.startsWith("node:") && !isBuiltin(path))).toEqual(
      [],
    );
  });
});
