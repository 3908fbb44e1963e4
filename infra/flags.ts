/** One flag of a stage, given to the CDK as `-c name=value`. */
type Flag = {
  /** What it decides, and what holds where it is not given. README's table says the same. */
  decides: string;
  /** What a value looks like, for the refusal of any other. */
  takes: string;
  isValid(value: string): boolean;
  /** Values to deploy with. The tests synthesize each of them together with each of every other flag. */
  examples: readonly [string, ...string[]];
};

/** Why a stage cannot be made from its flags, in one line for the person who gave them. */
export class FlagRefused extends Error {}

/** A whole number from 1 on. */
const isWithin = (text: string, most: number): boolean => /^[1-9]\d*$/.test(text) && Number(text) <= most;

const matches = (pattern: RegExp) => (value: string) => pattern.test(value);

const isAddress = matches(/^[^\s@]+@[^\s@]+\.[^\s@]+$/);
const isBaseUrl = matches(/^https:\/\/[^\s/?#]+(\/[^\s/?#]+)*$/);

/** Figures of the law by the dates that they apply from. */
const isDated = matches(/^\d{4}-\d{2}-\d{2}:\d{1,9}(,\d{4}-\d{2}-\d{2}:\d{1,9})*$/);

/** Every flag that a stage knows: what is read, refused, documented and tested follows from this table. */
export const flags = {
  stage: {
    decides: "The stage's name, which is part of every name in the account. `prod` has real people; `dev` unless given",
    takes: "2 to 12 lower-case letters and digits, a letter first",
    isValid: matches(/^[a-z][a-z0-9]{1,11}$/),
    examples: ["prod"],
  },
  merchantName: {
    decides: "The operator's legal name, which agreements give. The stage `prod` needs it",
    takes: "a legal name",
    isValid: matches(/\S/),
    examples: ["Retreats, LLC"],
  },
  mailDomain: {
    decides: "The domain that mails are sent from; a stage without one keeps its mails. The stage `prod` needs it",
    takes: "a domain that you own",
    isValid: matches(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/),
    examples: ["retreats.example"],
  },
  mailIdentity: {
    decides: "Whether the domain's identity at SES is the stage's own, to be made, or exists; `own` unless given",
    takes: "own or existing",
    isValid: matches(/^(own|existing)$/),
    examples: ["existing"],
  },
  mailVerified: {
    decides: "Whether SES has verified the domain. Until then Cognito sends the sign-in codes by its own sender",
    takes: "true or false",
    isValid: matches(/^(true|false)$/),
    examples: ["true"],
  },
  supportEmail: {
    decides: "Where answers to mails are read, which each mail says too. The stage `prod` needs it",
    takes: "an e-mail address",
    isValid: isAddress,
    examples: ["help@retreats.example"],
  },
  supportPhone: {
    decides: "The telephone number that mails give; none unless given",
    takes: "a telephone number",
    isValid: matches(/^[+\d][\d ().-]{4,30}$/),
    examples: ["+1 555 0100"],
  },
  siteUrl: {
    decides: "Where clients have their pages: mails lead to `/bookings/<id>` below it. Mails have no link unless given",
    takes: "an https address without a slash at its end",
    isValid: isBaseUrl,
    examples: ["https://my.retreats.example"],
  },
  alarmEmail: {
    decides:
      "Who is told when an alarm goes off. AWS asks that address by mail to confirm; nobody is told unless given",
    takes: "an e-mail address",
    isValid: isAddress,
    examples: ["on-call@retreats.example"],
  },
  reportingTimeZone: {
    decides: "Where finance's days begin; `America/New_York` unless given",
    takes: "an IANA time zone",
    isValid: (value) => value === "UTC" || Intl.supportedValuesOf("timeZone").includes(value),
    examples: ["America/Los_Angeles"],
  },
  settlementCurrencies: {
    decides:
      "The currencies that the Stripe account pays out without converting: a program has one of them. `usd` unless given",
    takes: "codes in lower case with commas between them",
    isValid: matches(/^[a-z]{3}(,[a-z]{3})*$/),
    examples: ["usd,eur"],
  },
  creditExemptAbove: {
    decides:
      "Above how many dollars credit is exempt from Regulation Z, by the dates that the amounts apply from. The published amounts of 2025 and 2026 unless given",
    takes: "dates and whole dollars, with commas between them",
    isValid: isDated,
    examples: ["2026-01-01:73400,2027-01-01:75000"],
  },
  lateChargeCap: {
    decides:
      "How many percent of a late payment a late charge may be at the most, by the dates that this applies from. 5 unless given",
    takes: "dates and whole percentages, with commas between them",
    isValid: isDated,
    examples: ["2026-01-01:5"],
  },
  oneClinicianMaySignBoth: {
    decides: "Whether one clinician may sign both evaluations of a booking. Two have to agree unless given",
    takes: "true or false",
    isValid: matches(/^(true|false)$/),
    examples: ["true"],
  },
  holdLimits: {
    decides:
      "`N,M,H`: at most N unpaid holds of a client at once; after M holds of one cohort that ended unpaid within H hours, no new hold in that cohort for H hours. `2,3,24` unless given",
    takes: "three whole numbers with commas between them, at most 10, 10 and 168",
    isValid: (value) => {
      const numbers = value.split(",");
      return numbers.length === 3 && numbers.every((text, index) => isWithin(text, [10, 10, 168][index] ?? 0));
    },
    examples: ["3,5,48"],
  },
  mailsADay: {
    decides:
      "How many mails about unpaid holds and, counted separately, invitations one address gets a day; `20` unless given",
    takes: "a whole number from 1 to 100",
    isValid: (value) => isWithin(value, 100),
    examples: ["10"],
  },
  publicUrl: {
    decides: "The API's address where it has a domain of its own; the gateway's unless given",
    takes: "an https address without a slash at its end",
    isValid: isBaseUrl,
    examples: ["https://api.retreats.example"],
  },
  webhookConcurrency: {
    decides:
      "How many calls at once are reserved for Stripe's webhooks. None unless given: a new account has none to reserve",
    takes: "a whole number from 1 to 1000",
    isValid: (value) => isWithin(value, 1000),
    examples: ["20"],
  },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

/** The CDK's own context has a colon, a slash or a hyphen in each name; a bare word is a flag of ours, or a slip. */
const isWord = matches(/^\w+$/);

/**
 * The flags in a context, each checked. A flag that is not known is refused as well: a misspelt one would leave the
 * stage without what it was to decide.
 */
export function readFlags(context: Readonly<Record<string, unknown>>): Partial<Record<FlagName, string>> {
  const given: Partial<Record<FlagName, string>> = {};
  for (const [name, found] of Object.entries(context)) {
    if (!isWord(name) || found === undefined) continue;
    if (!isFlag(name)) throw new FlagRefused(`-c ${name} is not a flag. Known are ${Object.keys(flags).join(", ")}`);
    const { takes, isValid, examples } = flags[name];
    const value = String(found);
    if (!isValid(value)) throw new FlagRefused(`-c ${name}=${value}: it takes ${takes}, such as ${examples[0]}`);
    given[name] = value;
  }
  return given;
}

const isFlag = (name: string): name is FlagName => Object.hasOwn(flags, name);
