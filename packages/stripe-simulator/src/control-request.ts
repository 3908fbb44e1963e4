import type { Context } from "hono";
import type { Env, Surface } from "./http/endpoint.ts";
import { invalidRequest, StripeFailure } from "./http/stripe-error.ts";

export type Json = Record<string, unknown>;

/** Makes a handler of a control: one transaction, JSON in and out, refusals in Stripe's envelope. */
export const controlsOf =
  ({ world, settled }: Surface) =>
  (act: (c: Context<Env>, body: Json) => unknown) =>
  async (c: Context<Env>) => {
    try {
      const text = await c.req.text();
      const body = text === "" ? {} : parse(text);
      const answer = world.transaction(() => act(c, body));
      settled();
      return c.json(answer as object);
    } catch (error) {
      if (!(error instanceof StripeFailure)) throw error;
      return c.json({ error: error.body }, error.status as 400);
    }
  };

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Falls through to the refusal below.
  }
  throw invalidRequest("The body must be a JSON object.");
}

export function number(body: Json, name: string, otherwise: number, most: number, least = 0): number {
  const value = body[name] ?? otherwise;
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw invalidRequest(`${name} must be a number from ${least} to ${most}`, { param: name });
}
