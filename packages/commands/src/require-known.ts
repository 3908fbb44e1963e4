import { Failure } from "@clearing/domain/failure";
import type { GatewayResult } from "@clearing/payments";

/**
 * What Stripe shows of an object that it made for us. That it does not know one means a wrong account or a bug of ours,
 * and never that a payment or a refund was refused: nothing may be decided on it, so it is thrown.
 */
export function requireKnown<Value>(result: GatewayResult<Value>, id: string): GatewayResult<Value> {
  if (!result.ok && result.kind === "invalid")
    throw new Failure("stripe object not found", { objectId: id, code: result.code });
  return result;
}
