export type { PlanKind } from "./choice.ts";
export * from "./comparison.ts";
export { type CreditExample, creditExamples } from "./credit-example.ts";
export type { Disclosure, PaymentStream } from "./disclosure.ts";
export * from "./policy.ts";
export * from "./quote.ts";
export * from "./schedule.ts";
