import { Failure } from "@clearing/domain/failure";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test("requires only the values that a function uses", () => {
  const config = readConfig({ STAGE: "test", CORE_TABLE: "core" });

  expect(config.stage).toBe("test");
  expect(config.tables.core).toBe("core");
  expect(config.stripeApiBase).toBeUndefined();
  expect(() => config.tables.clinical).toThrow("environment variable not set: CLINICAL_TABLE");
});

test.each([
  [{ PUBLIC_URL: "api.example.org" }, "publicUrl", "must be a URL: PUBLIC_URL"],
  [{ REPORTING_TIME_ZONE: "Mars/Olympus" }, "reportingTimeZone", "must be a time zone: REPORTING_TIME_ZONE"],
  [
    { SETTLEMENT_CURRENCIES: "usd,xau" },
    "settlementCurrencies",
    "must list currencies, such as usd,eur: SETTLEMENT_CURRENCIES",
  ],
  [
    { SETTLEMENT_CURRENCIES: "usd,," },
    "settlementCurrencies",
    "must list currencies, such as usd,eur: SETTLEMENT_CURRENCIES",
  ],
  [{ CREDIT_EXEMPT_ABOVE: "73400" }, "creditRules", "must be dated figures in order: CREDIT_EXEMPT_ABOVE"],
  [{ CREDIT_EXEMPT_ABOVE: "2026-02-30:1" }, "creditRules", "must be dated figures"],
  [{ CREDIT_EXEMPT_ABOVE: "2027-01-01:2,2026-01-01:1" }, "creditRules", "must be dated figures"],
  [{ LATE_CHARGE_CAP_PERCENT: "2026-01-01:x" }, "creditRules", "in order: LATE_CHARGE_CAP_PERCENT"],
  [{ SUPPORT_EMAIL: "" }, "supportEmail", "not set: SUPPORT_EMAIL"],
  [{ SITE_URL: "my.example.org" }, "siteUrl", "must be a URL: SITE_URL"],
  [{ HOLD_LIMITS: "2,3" }, "holdLimits", "must be three numbers, such as 2,3,24: HOLD_LIMITS"],
  [{ MAILS_A_DAY: "0" }, "mailsADay", "must be a whole number from 1 to 100: MAILS_A_DAY"],
  [{ MAILS_A_DAY: "2.5" }, "mailsADay", "must be a whole number from 1 to 100: MAILS_A_DAY"],
  [{ MAILS_A_DAY: "many" }, "mailsADay", "must be a whole number from 1 to 100: MAILS_A_DAY"],
  [{ HOLD_LIMITS: "0,3,24" }, "holdLimits", "must be three numbers, such as 2,3,24: HOLD_LIMITS"],
  [{ HOLD_LIMITS: "2,11,24" }, "holdLimits", "must be three numbers, such as 2,3,24: HOLD_LIMITS"],
  [{ HOLD_LIMITS: "2,3,x" }, "holdLimits", "must be three numbers, such as 2,3,24: HOLD_LIMITS"],
] as const)("stops at %o with words that the log shows, and the variable's name", (environment, field, message) => {
  const read = () => readConfig(environment)[field];

  expect(read).toThrow(Failure);
  expect(read).toThrow(message);
});

test("takes the API's address with or without a slash at its end", () => {
  expect(readConfig({ PUBLIC_URL: "https://api.example.org/" }).publicUrl).toBe("https://api.example.org");
});

test("settles only dollars, unless the operator names the account's currencies", () => {
  expect(readConfig({}).settlementCurrencies).toEqual(["usd"]);
  expect(readConfig({ SETTLEMENT_CURRENCIES: "usd, eur,jpy" }).settlementCurrencies).toEqual(["usd", "eur", "jpy"]);
});

test("has the published thresholds and a cap of five percent, unless the operator sets others by date", () => {
  expect(readConfig({}).creditRules).toMatchObject({ lateChargeCap: [{ figure: 5 }] });
  expect(readConfig({}).creditRules.exemptAbove.at(-1)).toEqual({ from: "2026-01-01", figure: 73_400 });
  const given = { CREDIT_EXEMPT_ABOVE: "2026-01-01:73400, 2027-01-01:75000", LATE_CHARGE_CAP_PERCENT: "2027-07-01:4" };
  expect(readConfig(given).creditRules).toEqual({
    exemptAbove: [
      { from: "2026-01-01", figure: 73_400 },
      { from: "2027-01-01", figure: 75_000 },
    ],
    lateChargeCap: [{ from: "2027-07-01", figure: 4 }],
  });
});

test("has no sender address, telephone or client site unless the stage has them", () => {
  expect(readConfig({})).toMatchObject({ mailFrom: undefined, supportPhone: undefined, siteUrl: undefined });
});

test("allows a client two unpaid holds, unless the operator sets other limits", () => {
  expect(readConfig({}).holdLimits).toEqual({ live: 2, unpaid: 3, hours: 24 });
  expect(readConfig({ HOLD_LIMITS: "3,5,48" }).holdLimits).toEqual({ live: 3, unpaid: 5, hours: 48 });
});

test("allows an address 20 mails a day about unpaid holds, unless the operator sets another limit", () => {
  expect(readConfig({}).mailsADay).toBe(20);
  expect(readConfig({ MAILS_A_DAY: "5" }).mailsADay).toBe(5);
});
