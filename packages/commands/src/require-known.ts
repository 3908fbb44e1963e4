import { Failure } from "@clearing/domain/failure";
import type { GatewayResult } from "@clearing/payments";

/**
 * Throws if Stripe does not know an object that it created for us. That means a wrong account or a bug; it never means
 * that a payment or refund was refused, so nothing may be decided on it. Returns every other result.
 */
export function requireKnown<Value>(result: GatewayResult<Value>, id: string): GatewayResult<Value> {
  if (!result.ok && result.kind === "invalid")
    throw new Failure("stripe object not found", { objectId: id, code: result.code });
  return result;
}
