import { RemovalPolicy } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Node } from "constructs";
import { FlagRefused, readFlags } from "./flags.ts";
import { readCurrencies, type Throttle } from "./openapi.ts";

/**
 * All settings that may differ between stages. Everything else is the same in each, so that a test stage is
 * representative.
 */
export type Settings = {
  stage: string;
  /** The build's output folder: bundles, openapi.json, events.json, currencies.json. */
  dist: string;
  production: boolean;
  logRetention: RetentionDays;
  /** Log groups have fixed names: one that survived a rolled-back first deployment would block the next. */
  logRemoval: RemovalPolicy;
  /** The default throttle of a route. */
  throttle: Throttle;
  /** The domain that mails are sent from; a stage without one keeps its mails. */
  mailDomain: string | undefined;
  /** Whether the stage creates the domain's SES identity or uses an existing one. */
  mailIdentity: "own" | "existing";
  /** Whether SES has verified the domain. Until then the user pools send codes from Cognito's default sender. */
  mailVerified: boolean;
  /** The address that gets alarms; AWS asks it to confirm first. */
  alarmEmail: string | undefined;
  /** The operator's legal name, which agreements and permissions to collect state. */
  merchantName: string;
  /** The address for replies to mails, and the telephone number that mails give with it. */
  supportEmail: string;
  supportPhone: string | undefined;
  /** The clients' web site: mails and return pages link to `<siteUrl>/bookings/<id>`. */
  siteUrl: string | undefined;
  /** The IANA time zone of finance's days. */
  reportingTimeZone: string;
  /**
   * The currencies that the Stripe account settles without conversion, such as `usd,eur`. Programs may have only these.
   */
  settlementCurrencies: string;
  /**
   * The exemption threshold of credit in dollars and the cap of a late charge in percent, by effective date; if
   * undefined, the published thresholds and 5.
   */
  creditExemptAbove: string | undefined;
  lateChargeCap: string | undefined;
  /** Whether one clinician may sign both evaluations of a booking. By default two must. */
  oneClinicianMaySignBoth: boolean;
  /**
   * `live,unpaid,hours`: a client's live unpaid holds, and holds of a cohort that ended unpaid within the hours; if
   * undefined, 2,3,24.
   */
  holdLimits: string | undefined;
  /**
   * How many mails about unpaid holds one address gets a day, and separately how many invitations; if undefined, 20.
   */
  mailsADay: string | undefined;
  /** The API's base URL on a custom domain; if undefined, the gateway's. */
  publicUrl: string | undefined;
  /** Concurrent executions reserved for Stripe's webhook. */
  webhookConcurrency: number | undefined;
};

/**
 * Reads a stage's settings from the CDK context, such as `-c stage=prod -c mailDomain=retreats.example`; see flags.ts.
 * `dist` is the build's output folder. Throws `FlagRefused` for invalid or missing flags.
 */
export function readSettings(node: Pick<Node, "getAllContext">, dist = "dist"): Settings {
  const given = readFlags(node.getAllContext());
  const { stage = "dev", mailDomain, merchantName, supportEmail, settlementCurrencies = "usd" } = given;
  const production = stage === "prod";
  if (production && mailDomain === undefined)
    throw new FlagRefused("the stage prod requires -c mailDomain=<a domain you own>");
  if (production && merchantName === undefined)
    throw new FlagRefused("the stage prod requires -c merchantName=<your legal name>");
  if (production && supportEmail === undefined)
    throw new FlagRefused("the stage prod requires -c supportEmail=<address for replies to emails>");
  const mailIdentity = given.mailIdentity === "existing" ? "existing" : "own";
  if (mailIdentity === "existing" && mailDomain === undefined)
    throw new FlagRefused("-c mailIdentity=existing requires -c mailDomain");
  const mailVerified = given.mailVerified === "true";
  if (mailVerified && mailDomain === undefined) throw new FlagRefused("-c mailVerified=true requires -c mailDomain");
  const supported = new Set(readCurrencies(dist));
  const unknown = settlementCurrencies.split(",").filter((code) => !supported.has(code));
  if (unknown.length > 0) throw new FlagRefused(`-c settlementCurrencies: ${unknown.join(", ")} is not supported`);
  return {
    stage,
    dist,
    production,
    logRetention: production ? RetentionDays.THIRTEEN_MONTHS : RetentionDays.ONE_MONTH,
    logRemoval: production ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    throttle: production ? { ratePerSecond: 500, burst: 1_000 } : { ratePerSecond: 1_000, burst: 2_000 },
    mailDomain,
    mailIdentity,
    mailVerified,
    alarmEmail: given.alarmEmail,
    merchantName: merchantName ?? "Sample Operator (sample data)",
    supportEmail: supportEmail ?? `support@${stage}.clearing.example`,
    supportPhone: given.supportPhone,
    siteUrl: given.siteUrl,
    reportingTimeZone: given.reportingTimeZone ?? "America/New_York",
    settlementCurrencies,
    creditExemptAbove: given.creditExemptAbove,
    lateChargeCap: given.lateChargeCap,
    holdLimits: given.holdLimits,
    mailsADay: given.mailsADay,
    oneClinicianMaySignBoth: given.oneClinicianMaySignBoth === "true",
    publicUrl: given.publicUrl,
    webhookConcurrency: given.webhookConcurrency === undefined ? undefined : Number(given.webhookConcurrency),
  };
}
