export * from "./cohort.ts";
export * from "./terms.ts";
