export * from "./attention.ts";
export * from "./clearance.ts";
export * from "./evaluation.ts";
