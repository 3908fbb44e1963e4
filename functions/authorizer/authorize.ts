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

/** What the functions behind the authorizer are told of a token; `groups` is a list in JSON, `exp` in epoch seconds. */
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
 * Checks ID tokens of several issuers, each for its own client. Resolves with what the token says. Rejects with the very
 * error that the gateway answers with 401 for any token that does not hold, and with another, a 500, when the signing
 * keys cannot be had.
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

/** The gateway takes this very message for 401, and any other error for 500. */
const unauthorized = () => new Error("Unauthorized");

export const isUnauthorized = (error: unknown): boolean => error instanceof Error && error.message === "Unauthorized";

/** Whether it is the token that does not hold, rather than the keys that it is checked with. */
const isOfToken = (error: unknown): boolean =>
  ofTokens.some((kind) => error instanceof kind) && !ofKeys.some((kind) => error instanceof kind);

const ofTokens = [
  FailedAssertionError,
  JwtInvalidSignatureError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  // An issuer that is not ours.
  ParameterValidationError,
  // An unknown key was asked for just before: the keys are known, and this is no key of them either.
  WaitPeriodNotYetEndedJwkError,
];
const ofKeys = [JwkInvalidKtyError, JwkInvalidUseError];
