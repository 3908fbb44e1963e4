export type * from "./gateway.ts";
export type * from "./stripe-objects.ts";
