export * from "./change.ts";
export * from "./program.ts";
export * from "./terms.ts";
