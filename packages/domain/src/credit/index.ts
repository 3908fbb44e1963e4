export { annualPercentageRate, type CreditStreams } from "./annual-percentage-rate.ts";
export { mostFlows, recurrences, type Stream } from "./stream.ts";
