import { readConfig } from "@clearing/runtime/config";
import { jsonLog } from "@clearing/runtime/log";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { type Authorized, authorizer, isUnauthorized } from "./authorize.ts";
import { keyFetcher, usualAsking } from "./signing-keys.ts";

/**
 * Reads the configuration at the first request, as every function does, so that a bundle can be imported without one.
 */
function open() {
  const config = readConfig();
  return {
    authorize: authorizer(
      [config.clientTokens, config.staffTokens],
      keyFetcher({ ...usualAsking, random: Math.random }),
    ),
    log: jsonLog({ stage: config.stage }),
  };
}

let opened: ReturnType<typeof open> | undefined;

/** Authorizes the HTTP API's routes that clients and staff share. */
export const handler = async (event: APIGatewayRequestAuthorizerEventV2): Promise<Authorized> => {
  opened ??= open();
  const { authorize, log } = opened;
  return authorize(event).catch((error: unknown) => {
    if (!isUnauthorized(error)) {
      log.error("signing keys unavailable", error);
      log.metric("SigningKeysUnavailable", 1, "Count");
    }
    throw error;
  });
};
