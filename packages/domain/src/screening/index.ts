export * from "./attention.ts";
export * from "./clearance.ts";
