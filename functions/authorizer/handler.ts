import { readConfig } from "@clearing/runtime/config";
import { jsonLog } from "@clearing/runtime/log";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { type Authorized, authorizer, isUnauthorized } from "./authorize.ts";
import { keyFetcher } from "./signing-keys.ts";

const config = readConfig();
const authorize = authorizer([config.clientTokens, config.staffTokens], keyFetcher());
const log = jsonLog({ stage: config.stage });

/** Authorizes the routes that clients share with staff, for the HTTP API. */
export const handler = async (event: APIGatewayRequestAuthorizerEventV2): Promise<Authorized> =>
  authorize(event).catch((error: unknown) => {
    if (!isUnauthorized(error)) {
      log.error("signing keys unavailable", error);
      log.metric("SigningKeysUnavailable", 1, "Count");
    }
    throw error;
  });
