import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolClient,
  type UserPoolEmail,
  UserPoolGroup,
  type UserPoolProps,
} from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import { acknowledge } from "../nag.ts";
import type { Settings } from "../settings.ts";

/** A user pool and the client for which its tokens are issued. */
export type People = { pool: UserPool; client: UserPoolClient };

/** The issuer of the pool's tokens (`iss`). */
export const issuerOf = ({ pool }: People, region: string): string =>
  `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`;

/** The clients' user pool: self sign-up, and sign-in with a code by e-mail or with a password. */
export function clients(scope: Construct, settings: Settings, email: UserPoolEmail): People {
  const pool = new UserPool(scope, "people", {
    ...common(settings, email),
    userPoolName: `clearing-${settings.stage}`,
    selfSignUpEnabled: true,
    signInPolicy: { allowedFirstAuthFactors: { password: true, emailOtp: true } },
    mfa: Mfa.OPTIONAL,
  });
  acknowledge(pool, "mfa");
  if (!settings.production) acknowledge(pool, "essentials");
  addGroups(scope, pool, { client: "Payers and participants" });
  const client = new UserPoolClient(scope, "web", {
    userPool: pool,
    // USER_AUTH lets a person choose: a code by e-mail, or a password.
    ...tokens({ id: Duration.hours(1), refresh: Duration.hours(12) }),
  });
  return { pool, client };
}

/** The staff's user pool: by invitation, with a password and an authenticator app. */
export function staff(scope: Construct, settings: Settings, email: UserPoolEmail): People {
  const pool = new UserPool(scope, "staff", {
    ...common(settings, email),
    userPoolName: `clearing-${settings.stage}-staff`,
    selfSignUpEnabled: false,
    signInPolicy: { allowedFirstAuthFactors: { password: true } },
    mfa: Mfa.REQUIRED,
  });
  if (!settings.production) acknowledge(pool, "essentials");
  addGroups(scope, pool, {
    clinician: "Evaluates and clears participants",
    admin: "Programs, cohorts, bookings",
    finance: "Journal, refunds, reconciliation",
  });
  const client = new UserPoolClient(scope, "staff-web", {
    userPool: pool,
    // Two evaluations need two people, and people are identified by e-mail, so only the operator may change a
    // clinician's address.
    writeAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
    // Registering an authenticator app takes longer than the default three minutes.
    authSessionValidity: Duration.minutes(10),
    ...tokens({ id: Duration.minutes(15), refresh: Duration.hours(12) }),
  });
  return { pool, client };
}

const common = (settings: Settings, email: UserPoolEmail) =>
  ({
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    keepOriginal: { email: true },
    passwordPolicy: {
      minLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
    },
    mfaSecondFactor: { sms: false, otp: true },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...(settings.production
      ? { featurePlan: FeaturePlan.PLUS, standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION }
      : { featurePlan: FeaturePlan.ESSENTIALS }),
    email,
  }) satisfies UserPoolProps;

const tokens = ({ id, refresh }: { id: Duration; refresh: Duration }) => ({
  authFlows: { user: true, userSrp: true },
  disableOAuth: true,
  preventUserExistenceErrors: true,
  enableTokenRevocation: true,
  idTokenValidity: id,
  accessTokenValidity: id,
  refreshTokenValidity: refresh,
});

function addGroups(scope: Construct, userPool: UserPool, groups: Record<string, string>): void {
  for (const [groupName, description] of Object.entries(groups)) {
    new UserPoolGroup(scope, `group-${groupName}`, { userPool, groupName, description });
  }
}
