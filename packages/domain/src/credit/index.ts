export { annualPercentageRate, type CreditStreams } from "./annual-percentage-rate.ts";
export type { Stream } from "./stream.ts";
