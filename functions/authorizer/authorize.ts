import type { TokenIssuer } from "@clearing/runtime/config";
import { JwtVerifier } from "aws-jwt-verify";
import {
  FailedAssertionError,
  JwkInvalidKtyError,
  JwkInvalidUseError,
  JwtInvalidSignatureError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  ParameterValidationError,
  WaitPeriodNotYetEndedJwkError,
} from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";

/**
 * The context of a token that the functions behind the authorizer get; `groups` is a JSON list, `exp` in epoch seconds.
 */
type TokenContext = {
  iss: string;
  sub: string;
  email?: string;
  email_verified?: boolean | string;
  groups: string;
  exp: number;
};

export type Authorized = { isAuthorized: true; context: TokenContext };

type KeyFetcher = NonNullable<ConstructorParameters<typeof SimpleJwksCache>[0]>["fetcher"];

/**
 * Verifies ID tokens of several issuers, each for its own client, and resolves with their claims. Rejects with the
 * exact error that the gateway turns into 401 if the token is invalid, and with another error (500) if the signing keys
 * are unavailable.
 */
export function authorizer(issuers: readonly TokenIssuer[], fetcher: KeyFetcher) {
  const verifier = JwtVerifier.create(
    issuers.map(({ issuer, audience, jwksUri }) => ({ issuer, audience, ...(jwksUri ? { jwksUri } : {}) })),
    { jwksCache: new SimpleJwksCache({ ...(fetcher ? { fetcher } : {}) }) },
  );
  return async ({ identitySource }: APIGatewayRequestAuthorizerEventV2): Promise<Authorized> => {
    const token = identitySource?.[0]?.replace(/^Bearer\s+/i, "") ?? "";
    const claims = await verifier.verify(token).catch((error: unknown) => {
      throw isOfToken(error) ? unauthorized() : error;
    });
    const { iss, sub, email, email_verified: verified, exp, token_use: use } = claims;
    if (use !== "id" || iss === undefined || sub === undefined || exp === undefined) throw unauthorized();
    const groups = claims["cognito:groups"];
    return {
      isAuthorized: true,
      context: {
        iss,
        sub,
        ...(typeof email === "string" ? { email } : {}),
        ...(typeof verified === "string" || typeof verified === "boolean" ? { email_verified: verified } : {}),
        groups: JSON.stringify(Array.isArray(groups) ? groups : []),
        exp,
      },
    };
  };
}

/** The gateway answers 401 for exactly this message, and 500 for any other error. */
const unauthorized = () => new Error("Unauthorized");

export const isUnauthorized = (error: unknown): boolean => error instanceof Error && error.message === "Unauthorized";

/** Whether the token is invalid, rather than the keys unavailable. */
const isOfToken = (error: unknown): boolean =>
  ofTokens.some((kind) => error instanceof kind) && !ofKeys.some((kind) => error instanceof kind);

const ofTokens = [
  FailedAssertionError,
  JwtInvalidSignatureError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  // The issuer is not ours.
  ParameterValidationError,
  // The key set was fetched just before and does not contain this key, so the token is invalid.
  WaitPeriodNotYetEndedJwkError,
];
const ofKeys = [JwkInvalidKtyError, JwkInvalidUseError];
