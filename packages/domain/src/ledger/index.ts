export * from "./accounts.ts";
export * from "./booked.ts";
export * from "./entry.ts";
export * from "./parts.ts";
export * from "./posting-rules.ts";
export * from "./span.ts";
export * from "./trial-balance.ts";
