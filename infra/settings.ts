import { RemovalPolicy } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Node } from "constructs";
import { readCurrencies, type Throttle } from "./openapi.ts";

/** What may differ between stages. Everything else is the same everywhere, so that a stage proves the next one. */
export type Settings = {
  stage: string;
  /** Folder that the build wrote: bundles, openapi.json, events.json, currencies.json. */
  dist: string;
  production: boolean;
  logRetention: RetentionDays;
  /** Log groups have fixed names: one that outlives a first deployment that was rolled back would stop the next. */
  logRemoval: RemovalPolicy;
  /** Of each route that has none of its own. */
  throttle: Throttle;
  /** Domain that mails are sent from; SES is given its identity. */
  mailDomain: string;
  /** Whether SES has verified the domain: until then the user pool sends its codes by Cognito's own sender. */
  mailVerified: boolean;
  /** Who is told when an alarm goes off; Amazon asks that address to confirm first. */
  alarmEmail: string | undefined;
  /** The operator's legal name: agreements and permissions to collect name it. */
  merchantName: string;
  /** IANA zone in which finance's days begin. */
  reportingTimeZone: string;
  /** The currencies that the Stripe account settles as themselves, which alone programs may have: `usd,eur`. */
  settlementCurrencies: string;
  /** Base URL of the API where it has a domain of its own; otherwise the gateway's. */
  publicUrl: string | undefined;
};

/** Reads a stage's settings from the context, such as `-c stage=prod -c mailDomain=retreats.example`. */
export function readSettings(node: Node): Settings {
  const text = (name: string): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const stage = text("stage") ?? "dev";
  if (!/^[a-z][a-z0-9]{1,11}$/.test(stage))
    throw new Error(`stage "${stage}" must be 2 to 12 lower-case letters, digits`);
  const production = stage === "prod";
  const mailDomain = text("mailDomain");
  if (production && mailDomain === undefined) throw new Error("the stage prod needs -c mailDomain=<a domain you own>");
  const merchantName = text("merchantName");
  if (production && merchantName === undefined)
    throw new Error("the stage prod needs -c merchantName=<your legal name>");
  const mailVerified = text("mailVerified") === "true";
  if (mailVerified && mailDomain === undefined) throw new Error("-c mailVerified=true is said of a -c mailDomain");
  const settlementCurrencies = text("settlementCurrencies") ?? "usd";
  if (!/^[a-z]{3}(,[a-z]{3})*$/.test(settlementCurrencies)) {
    throw new Error("-c settlementCurrencies takes codes in lower case with commas between them, such as usd,eur");
  }
  const dist = text("dist") ?? "dist";
  const supported = new Set(readCurrencies(dist));
  const unknown = settlementCurrencies.split(",").filter((code) => !supported.has(code));
  if (unknown.length > 0) throw new Error(`-c settlementCurrencies: ${unknown.join(", ")} is not supported`);
  return {
    stage,
    dist,
    production,
    logRetention: production ? RetentionDays.THIRTEEN_MONTHS : RetentionDays.ONE_MONTH,
    logRemoval: production ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    throttle: production ? { ratePerSecond: 500, burst: 1_000 } : { ratePerSecond: 1_000, burst: 2_000 },
    mailDomain: mailDomain ?? `${stage}.clearing.example`,
    mailVerified,
    alarmEmail: text("alarmEmail"),
    merchantName: merchantName ?? "Sample Operator (sample data)",
    reportingTimeZone: text("reportingTimeZone") ?? "America/New_York",
    settlementCurrencies,
    publicUrl: text("publicUrl"),
  };
}
