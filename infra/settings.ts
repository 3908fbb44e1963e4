import { RemovalPolicy } from "aws-cdk-lib";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Node } from "constructs";
import { FlagRefused, readFlags } from "./flags.ts";
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
  /** The default throttle of a route. */
  throttle: Throttle;
  /** Domain that mails are sent from; a stage without one keeps its mails. */
  mailDomain: string | undefined;
  /** Whether the stage makes the domain's identity at SES, or uses one that exists. */
  mailIdentity: "own" | "existing";
  /** Whether SES has verified the domain: until then the user pool sends its codes by Cognito's own sender. */
  mailVerified: boolean;
  /** Who is told when an alarm goes off; Amazon asks that address to confirm first. */
  alarmEmail: string | undefined;
  /** The operator's legal name: agreements and permissions to collect name it. */
  merchantName: string;
  /** Where answers to mails are read, and a telephone number that mails give beside it. */
  supportEmail: string;
  supportPhone: string | undefined;
  /** Where clients see their bookings: mails lead to `<siteUrl>/bookings/<id>`. */
  siteUrl: string | undefined;
  /** IANA zone in which finance's days begin. */
  reportingTimeZone: string;
  /** The currencies that the Stripe account settles as themselves, which alone programs may have: `usd,eur`. */
  settlementCurrencies: string;
  /** Above how many dollars credit is exempt, and the most percent of a late charge, by dates; absent: as published, and 5. */
  creditExemptAbove: string | undefined;
  lateChargeCap: string | undefined;
  /** One clinician may sign both evaluations of a booking; two have to agree unless the operator says so. */
  oneClinicianMaySignBoth: boolean;
  /** Live unpaid holds of a client, holds of a cohort that ended unpaid, and within how many hours; absent: 2,3,24. */
  holdLimits: string | undefined;
  /** Mails about unpaid holds and, counted separately, invitations that one address gets a day; absent: 20. */
  mailsADay: string | undefined;
  /** Base URL of the API where it has a domain of its own; otherwise the gateway's. */
  publicUrl: string | undefined;
  /** Calls at once that are kept free for Stripe's webhooks. */
  webhookConcurrency: number | undefined;
};

/** Where the build writes. */
const dist = "dist";

/** Reads a stage's settings from the context, such as `-c stage=prod -c mailDomain=retreats.example`: see flags.ts. */
export function readSettings(node: Pick<Node, "getAllContext">): Settings {
  const given = readFlags(node.getAllContext());
  const { stage = "dev", mailDomain, merchantName, supportEmail, settlementCurrencies = "usd" } = given;
  const production = stage === "prod";
  if (production && mailDomain === undefined)
    throw new FlagRefused("the stage prod requires -c mailDomain=<a domain you own>");
  if (production && merchantName === undefined)
    throw new FlagRefused("the stage prod requires -c merchantName=<your legal name>");
  if (production && supportEmail === undefined)
    throw new FlagRefused("the stage prod requires -c supportEmail=<address for replies to mails>");
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
