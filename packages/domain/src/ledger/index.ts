export * from "./accounts.ts";
export * from "./booked.ts";
export * from "./entry.ts";
export * from "./facts.ts";
export * from "./trial-balance.ts";
