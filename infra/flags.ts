/** One flag of a stage, passed to the CDK as `-c name=value`. */
type Flag = {
  /** The effect of the flag and its default. The README's table says the same. */
  decides: string;
  /** The form of a value, for the error message about an invalid one. */
  takes: string;
  isValid(value: string): boolean;
  /** Valid values. The tests synthesize each of them together with each of every other flag. */
  examples: readonly [string, ...string[]];
};

/** A stage cannot be created from its flags; the message is one line for the person who gave them. */
export class FlagRefused extends Error {}

/** A whole number from 1 to `most`. */
const isWithin = (text: string, most: number): boolean => /^[1-9]\d*$/.test(text) && Number(text) <= most;

const matches = (pattern: RegExp) => (value: string) => pattern.test(value);

const isAddress = matches(/^[^\s@]+@[^\s@]+\.[^\s@]+$/);
const isBaseUrl = matches(/^https:\/\/[^\s/?#]+(\/[^\s/?#]+)*$/);

/** Legal figures by their effective dates. */
const isDated = matches(/^\d{4}-\d{2}-\d{2}:\d{1,9}(,\d{4}-\d{2}-\d{2}:\d{1,9})*$/);

/** Every flag of a stage. Reading, error messages, documentation and tests are derived from this table. */
export const flags = {
  stage: {
    decides: "The stage. It is part of every resource name in the account. `prod` is for real people. Default: `dev`",
    takes: "2 to 12 lowercase letters and digits, starting with a letter",
    isValid: matches(/^[a-z][a-z0-9]{1,11}$/),
    examples: ["prod"],
  },
  merchantName: {
    decides: "The operator's legal name, printed in agreements. Required for `prod`",
    takes: "a legal name",
    isValid: matches(/\S/),
    examples: ["Retreats, LLC"],
  },
  mailDomain: {
    decides: "The domain that emails are sent from. A stage without one stores its emails instead. Required for `prod`",
    takes: "a domain that you own",
    isValid: matches(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/),
    examples: ["retreats.example"],
  },
  mailIdentity: {
    decides: "Whether the stage creates the domain's SES identity (`own`) or uses an existing one. Default: `own`",
    takes: "own or existing",
    isValid: matches(/^(own|existing)$/),
    examples: ["existing"],
  },
  mailVerified: {
    decides: "Whether SES has verified the domain. Until then Cognito sends sign-in codes from its default sender",
    takes: "true or false",
    isValid: matches(/^(true|false)$/),
    examples: ["true"],
  },
  supportEmail: {
    decides: "The support address for replies, printed in each email. Required for `prod`",
    takes: "an email address",
    isValid: isAddress,
    examples: ["help@retreats.example"],
  },
  supportPhone: {
    decides: "The support phone number printed in emails. Default: none",
    takes: "a phone number",
    isValid: matches(/^[+\d][\d ().-]{4,30}$/),
    examples: ["+1 555 0100"],
  },
  siteUrl: {
    decides:
      "The clients' website. Emails and the pages after a payment link to `/bookings/<id>` on it. Default: no such link",
    takes: "an https URL without a trailing slash",
    isValid: isBaseUrl,
    examples: ["https://my.retreats.example"],
  },
  alarmEmail: {
    decides: "The address that receives alarms. AWS sends it an email to confirm. Default: nobody",
    takes: "an email address",
    isValid: isAddress,
    examples: ["on-call@retreats.example"],
  },
  reportingTimeZone: {
    decides: "The time zone of finance's reports. Default: `America/New_York`",
    takes: "an IANA time zone",
    isValid: (value) => value === "UTC" || Intl.supportedValuesOf("timeZone").includes(value),
    examples: ["America/Los_Angeles"],
  },
  settlementCurrencies: {
    decides:
      "The currencies that the Stripe account pays out without conversion. A program uses one of them. Default: `usd`",
    takes: "comma-separated lowercase codes",
    isValid: matches(/^[a-z]{3}(,[a-z]{3})*$/),
    examples: ["usd,eur"],
  },
  creditExemptAbove: {
    decides:
      "The Regulation Z exemption threshold in dollars, by effective date. Default: the published amounts of 2025 and 2026",
    takes: "comma-separated pairs of a date and whole dollars",
    isValid: isDated,
    examples: ["2026-01-01:73400,2027-01-01:75000"],
  },
  lateChargeCap: {
    decides: "The cap of a late charge in percent of the late payment, by effective date. Default: 5",
    takes: "comma-separated pairs of a date and a whole percentage",
    isValid: isDated,
    examples: ["2026-01-01:5"],
  },
  oneClinicianMaySignBoth: {
    decides: "Whether one clinician may sign both evaluations of a booking. Default: two clinicians must sign",
    takes: "true or false",
    isValid: matches(/^(true|false)$/),
    examples: ["true"],
  },
  holdLimits: {
    decides:
      "`N,M,H`: a client has at most N unpaid holds at once. After M holds in one cohort ended unpaid within H hours, the client gets no new hold in that cohort for H hours. Default: `2,3,24`",
    takes: "three comma-separated whole numbers, at most 10, 10 and 168",
    isValid: (value) => {
      const numbers = value.split(",");
      return numbers.length === 3 && numbers.every((text, index) => isWithin(text, [10, 10, 168][index] ?? 0));
    },
    examples: ["3,5,48"],
  },
  mailsADay: {
    decides:
      "How many emails about unpaid holds one address gets a day. Invitations have a separate limit of the same size. Default: `20`",
    takes: "a whole number from 1 to 100",
    isValid: (value) => isWithin(value, 100),
    examples: ["10"],
  },
  publicUrl: {
    decides: "The API's URL on a custom domain. Default: the gateway's URL",
    takes: "an https URL without a trailing slash",
    isValid: isBaseUrl,
    examples: ["https://api.retreats.example"],
  },
  webhookConcurrency: {
    decides:
      "How many concurrent executions are reserved for the Stripe webhook. Default: none, since a new account has none to reserve",
    takes: "a whole number from 1 to 1000",
    isValid: (value) => isWithin(value, 1000),
    examples: ["20"],
  },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

/** Each of the CDK's own context keys has a colon, a slash or a hyphen; a bare word is one of our flags, or a typo. */
const isWord = matches(/^\w+$/);

/**
 * The validated flags of a context. Throws `FlagRefused` for an invalid value and for an unknown flag, because a
 * misspelled flag would leave the stage at its default.
 */
export function readFlags(context: Readonly<Record<string, unknown>>): Partial<Record<FlagName, string>> {
  const given: Partial<Record<FlagName, string>> = {};
  for (const [name, found] of Object.entries(context)) {
    if (!isWord(name) || found === undefined) continue;
    if (!isFlag(name)) throw new FlagRefused(`unknown flag -c ${name}. Known flags: ${Object.keys(flags).join(", ")}`);
    const { takes, isValid, examples } = flags[name];
    const value = String(found);
    if (!isValid(value)) throw new FlagRefused(`-c ${name}=${value}: must be ${takes}, such as ${examples[0]}`);
    given[name] = value;
  }
  return given;
}

const isFlag = (name: string): name is FlagName => Object.hasOwn(flags, name);
