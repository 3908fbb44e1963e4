export * from "./capacity.ts";
export * from "./change.ts";
export * from "./cohort.ts";
export * from "./creation.ts";
export * from "./terms.ts";
