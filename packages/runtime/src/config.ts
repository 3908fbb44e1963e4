import { defaultHoldLimits, type HoldLimits, mostUnpaidEndings } from "@clearing/domain/booking/limits";
import { type CreditRules, defaultCreditRules } from "@clearing/domain/credit";
import { Failure } from "@clearing/domain/failure";
import { isCurrency } from "@clearing/domain/money";
import { isCalendarDate } from "@clearing/domain/time";
import * as z from "zod/mini";
import type { Issuers } from "./caller.ts";
import type { WorkerName } from "./handed-out.ts";

/**
 * A function's environment. Each value is checked when the function first reads it, so a function needs only what it
 * uses. A missing or malformed value throws with the variable's name.
 */
export type Config = {
  readonly stage: string;
  /** Base URL of the API, without a trailing slash. */
  readonly publicUrl: string;
  /** Undefined if the stage has no domain to send mail from. */
  readonly mailFrom: string | undefined;
  readonly mailConfigurationSet: string;
  /** The address for replies to mails, and the telephone number that mails give with it. */
  readonly supportEmail: string;
  readonly supportPhone: string | undefined;
  /** The clients' web site, without a trailing slash; undefined if there is none. */
  readonly siteUrl: string | undefined;
  readonly reportingTimeZone: string;
  /** The operator's legal name as agreements state it. */
  readonly merchantName: string;
  /** The figures of credit that law and the operator's counsel set, by effective date. */
  readonly creditRules: CreditRules;
  /** The currencies that the Stripe account settles without conversion. A program has one of them. */
  readonly settlementCurrencies: readonly string[];
  readonly eventBus: string;
  /** The URLs of the workers' queues, to which the sweep sends keys of items whose deadline was reached. */
  readonly workQueues: Readonly<Record<WorkerName, string>>;
  readonly stripeSecretArn: string;
  readonly linkSecretArn: string;
  /** Undefined for Stripe itself. */
  readonly stripeApiBase: string | undefined;
  /** Whether one clinician may sign both evaluations of a booking. By default two must. */
  readonly oneClinicianMaySignBoth: boolean;
  /** The issuers of tokens, by user pool. */
  readonly issuers: Issuers;
  /** Only for the authorizer, which verifies tokens of clients and of staff. */
  readonly clientTokens: TokenIssuer;
  readonly staffTokens: TokenIssuer;
  /** How many unpaid holds a client account may have. */
  readonly holdLimits: HoldLimits;
  /** How many mails about unpaid holds one address gets a day, and separately how many invitations. */
  readonly mailsADay: number;
  readonly tables: Tables;
};

/** A user pool's tokens: issuer, audience, and the URL of the keys (undefined: the issuer's default). */
export type TokenIssuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string | undefined;
};

export type Tables = {
  readonly core: string;
  readonly ledger: string;
  readonly audit: string;
  readonly outbox: string;
  readonly clinical: string;
  readonly clearance: string;
};

/** Currency codes separated by commas; `usd` if unset. */
const currencyList = z.pipe(
  z.pipe(
    z._default(z.string(), "usd"),
    z.transform((text) => text.split(",").map((code) => code.trim())),
  ),
  z.array(z.string().check(z.refine(isCurrency))).check(z.minLength(1)),
);

function settlementCurrencies(value: string | undefined): readonly string[] {
  const parsed = currencyList.safeParse(value === "" ? undefined : value);
  if (parsed.success) return parsed.data;
  throw new Failure("environment variable must list currencies, such as usd,eur", {
    variable: "SETTLEMENT_CURRENCIES",
  });
}

/** Three whole numbers separated by commas: live holds, holds that ended unpaid, and the hours. */
const holdLimitList = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => text.split(",").map(Number)),
  ),
  z.tuple([bounded(1, 10), bounded(1, mostUnpaidEndings), bounded(1, 7 * 24)]),
);

function bounded(least: number, most: number) {
  return z.int().check(z.minimum(least), z.maximum(most));
}

function holdLimits(value: string | undefined): HoldLimits {
  if (value === undefined || value === "") return defaultHoldLimits;
  const parsed = holdLimitList.safeParse(value);
  if (!parsed.success) {
    throw new Failure("environment variable must be three numbers, such as 2,3,24", { variable: "HOLD_LIMITS" });
  }
  const [live, unpaid, hours] = parsed.data;
  return { live, unpaid, hours };
}

function mailsADay(value: string | undefined): number {
  if (value === undefined || value === "") return 20;
  const parsed = bounded(1, 100).safeParse(Number(value));
  if (!parsed.success)
    throw new Failure("environment variable must be a whole number from 1 to 100", { variable: "MAILS_A_DAY" });
  return parsed.data;
}

/** Whole numbers by effective date, separated by commas: `2025-01-01:71900,2026-01-01:73400`. */
function datedFigures(value: string | undefined, name: string, otherwise: CreditRules["exemptAbove"]) {
  if (value === undefined || value === "") return otherwise;
  const figures = value.split(",").map((part) => {
    const [, from = "", figure = ""] = /^(\d{4}-\d{2}-\d{2}):(\d{1,9})$/.exec(part.trim()) ?? [];
    return { from, figure: Number(figure) };
  });
  const inOrder = figures.every(({ from }, index) => isCalendarDate(from) && from > (figures[index - 1]?.from ?? ""));
  if (inOrder) return figures;
  throw new Failure("environment variable must be dated figures in order", { variable: name });
}

type Environment = Readonly<Record<string, string | undefined>>;

export function readConfig(environment: Environment = process.env): Config {
  const text = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new Failure("environment variable not set", { variable: name });
    return value;
  };
  const url = (name: string): string => {
    const value = text(name);
    if (!URL.canParse(value)) throw new Failure("environment variable must be a URL", { variable: name });
    return value.replace(/\/$/, "");
  };
  const timeZone = (name: string): string => {
    const value = text(name);
    if (!Intl.supportedValuesOf("timeZone").includes(value) && value !== "UTC") {
      throw new Failure("environment variable must be a time zone", { variable: name });
    }
    return value;
  };
  const optionalUrl = (name: string) => (environment[name] ? url(name) : undefined);
  const tokensOf = (pool: "CLIENT" | "STAFF"): TokenIssuer => ({
    issuer: url(`${pool}_ISSUER`),
    audience: text(`${pool}_AUDIENCE`),
    jwksUri: optionalUrl(`${pool}_JWKS_URI`),
  });
  return {
    get stage() {
      return text("STAGE");
    },
    get publicUrl() {
      return url("PUBLIC_URL");
    },
    get mailFrom() {
      return environment.MAIL_FROM || undefined;
    },
    get mailConfigurationSet() {
      return text("MAIL_CONFIGURATION_SET");
    },
    get supportEmail() {
      return text("SUPPORT_EMAIL");
    },
    get supportPhone() {
      return environment.SUPPORT_PHONE || undefined;
    },
    get siteUrl() {
      return environment.SITE_URL ? url("SITE_URL") : undefined;
    },
    get merchantName() {
      return text("MERCHANT_NAME");
    },
    get reportingTimeZone() {
      return timeZone("REPORTING_TIME_ZONE");
    },
    get creditRules() {
      const { CREDIT_EXEMPT_ABOVE: threshold, LATE_CHARGE_CAP_PERCENT: cap } = environment;
      return {
        exemptAbove: datedFigures(threshold, "CREDIT_EXEMPT_ABOVE", defaultCreditRules.exemptAbove),
        lateChargeCap: datedFigures(cap, "LATE_CHARGE_CAP_PERCENT", defaultCreditRules.lateChargeCap),
      };
    },
    get settlementCurrencies() {
      return settlementCurrencies(environment.SETTLEMENT_CURRENCIES);
    },
    get eventBus() {
      return text("EVENT_BUS");
    },
    workQueues: {
      get "deadline-worker"() {
        return url("DEADLINE_WORKER_QUEUE");
      },
      get "payment-worker"() {
        return url("PAYMENT_WORKER_QUEUE");
      },
    },
    get stripeSecretArn() {
      return text("STRIPE_SECRET_ARN");
    },
    get linkSecretArn() {
      return text("LINK_SECRET_ARN");
    },
    get stripeApiBase() {
      return optionalUrl("STRIPE_API_BASE");
    },
    get oneClinicianMaySignBoth() {
      return environment.ONE_CLINICIAN_MAY_SIGN_BOTH === "true";
    },
    get clientTokens() {
      return tokensOf("CLIENT");
    },
    get staffTokens() {
      return tokensOf("STAFF");
    },
    issuers: {
      get client() {
        return url("CLIENT_ISSUER");
      },
      get staff() {
        return url("STAFF_ISSUER");
      },
    },
    get holdLimits() {
      return holdLimits(environment.HOLD_LIMITS);
    },
    get mailsADay() {
      return mailsADay(environment.MAILS_A_DAY);
    },
    tables: {
      get core() {
        return text("CORE_TABLE");
      },
      get ledger() {
        return text("LEDGER_TABLE");
      },
      get audit() {
        return text("AUDIT_TABLE");
      },
      get outbox() {
        return text("OUTBOX_TABLE");
      },
      get clinical() {
        return text("CLINICAL_TABLE");
      },
      get clearance() {
        return text("CLEARANCE_TABLE");
      },
    },
  };
}
