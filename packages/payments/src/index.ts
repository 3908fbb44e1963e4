export type * from "./facts.ts";
export type * from "./gateway.ts";
