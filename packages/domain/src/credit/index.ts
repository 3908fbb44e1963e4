export { annualPercentageRate, type CreditStreams } from "./annual-percentage-rate.ts";
export { type CreditRules, defaultCreditRules, figureOn, isExempt } from "./rules.ts";
export { mostFlows, recurrences, type Stream } from "./stream.ts";
