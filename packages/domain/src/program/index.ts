export * from "./program.ts";
export * from "./terms.ts";
