import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { decodeJwt, exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { fail, type Resource, read } from "./resource.ts";
import type { Template } from "./template.ts";

/** A user pool of the template with its client: issuer, audience, groups, and the lifetime of its tokens. */
export type Pool = { id: string; issuer: string; audience: string; groups: readonly string[]; tokenSeconds: number };

export type Issued = { token: string; sub: string; expiresAt: number };
/** Signs ID tokens as the template's user pools would, and verifies them as a JWT authorizer does. */
export type Issuers = {
  /** A token of the pool that has a group of this name; undefined if no pool has one. */
  issue(role: string, email: string): Promise<Issued | undefined>;
  /** The claims of a valid token of this issuer for this audience; otherwise undefined. */
  verify(token: string, wanted: { issuer: string; audience: readonly string[] }): Promise<JWTPayload | undefined>;
  /** The key set of a pool, as the pool would publish it. */
  keySet(pool: string): { keys: JWK[] } | undefined;
};

const secondsIn = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/** The user pools that have a client, in the template's order. */
export function readPools(template: Template): Pool[] {
  const groups = template.ofType("AWS::Cognito::UserPoolGroup").map((group) => ({
    ...read<{ UserPoolId: string }>(group),
    name: group.name,
  }));
  return template.ofType("AWS::Cognito::UserPoolClient").map((client) => {
    const { UserPoolId: id } = read<{ UserPoolId?: string }>(client);
    const pool = template.ofType("AWS::Cognito::UserPool").find(({ attributes }) => attributes.Ref === id);
    return {
      id: pool?.attributes.Ref ?? fail(client, "its user pool is missing"),
      issuer: pool?.attributes.ProviderURL ?? "",
      audience: client.attributes.Ref,
      groups: groups.filter(({ UserPoolId }) => UserPoolId === id).map(({ name }) => name),
      tokenSeconds: tokenSeconds(client),
    };
  });
}

/** Cognito's default is one hour, and a number without a unit is in hours. */
function tokenSeconds(client: Resource): number {
  type Properties = { IdTokenValidity?: number; TokenValidityUnits?: { IdToken?: keyof typeof secondsIn } };
  const { IdTokenValidity: validity = 1, TokenValidityUnits: units } = read<Properties>(client);
  return validity * secondsIn[units?.IdToken ?? "hours"];
}

type Imported = Awaited<ReturnType<typeof importJWK>>;
type Key = { private: Imported; public: Imported; published: JWK };

/** The keys are stored in `keyFile`, so that tokens survive a restart. `now` is in epoch milliseconds. */
export async function createIssuers(keyFile: string, pools: readonly Pool[], now: () => number): Promise<Issuers> {
  const keys = await readKeys(keyFile, pools);
  const verified = new Map<string, JWTPayload>();

  async function claimsOf(token: string): Promise<JWTPayload | undefined> {
    const known = verified.get(token);
    if (known) return known;
    try {
      const signer = pools.find(({ issuer }) => issuer === decodeJwt(token).iss);
      const key = signer && keys.get(signer.id);
      if (!key) return undefined;
      // Times are checked below against the stack's clock at each use.
      const { payload } = await jwtVerify(token, key.public, { algorithms: ["RS256"], currentDate: new Date(0) });
      if (verified.size > 5000) verified.clear();
      verified.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  }

  return {
    async issue(role, email) {
      const pool = pools.find(({ groups }) => groups.includes(role));
      const key = pool && keys.get(pool.id);
      if (!key) return undefined;
      const issuedAt = Math.floor(now() / 1000);
      const expiresAt = issuedAt + pool.tokenSeconds;
      const sub = subjectOf(pool, email);
      const token = await new SignJWT({
        email,
        email_verified: true,
        "cognito:groups": [role],
        "cognito:username": sub,
        token_use: "id",
      })
        .setProtectedHeader({ alg: "RS256", kid: kidOf(pool) })
        .setIssuer(pool.issuer)
        .setAudience(pool.audience)
        .setSubject(sub)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(key.private);
      return { token, sub, expiresAt: expiresAt * 1000 };
    },
    async verify(token, { issuer, audience }) {
      const claims = await claimsOf(token);
      if (!claims) return undefined;
      const seconds = now() / 1000;
      const audiences = [claims.aud ?? claims.client_id].flat();
      const right = claims.iss === issuer && audiences.some((one) => audience.includes(String(one)));
      const timely = (claims.exp ?? 0) > seconds && (claims.nbf ?? 0) <= seconds && (claims.iat ?? 0) <= seconds + 1;
      return right && timely ? claims : undefined;
    },
    keySet(id) {
      const key = keys.get(id);
      return key && { keys: [key.published] };
    },
  };
}

const kidOf = ({ id }: Pool): string => `local-${id}`;

async function readKeys(keyFile: string, pools: readonly Pool[]): Promise<Map<string, Key>> {
  const kept: Record<string, JWK> = existsSync(keyFile) ? JSON.parse(readFileSync(keyFile, "utf8")) : {};
  const keyOf = async (pool: Pool): Promise<[string, Key]> => {
    const jwk = kept[pool.id] ?? (await newKey());
    kept[pool.id] = jwk;
    const published = { kty: "RSA", n: String(jwk.n), e: String(jwk.e), alg: "RS256", use: "sig", kid: kidOf(pool) };
    return [
      pool.id,
      { private: await importJWK(jwk, "RS256"), public: await importJWK(published, "RS256"), published },
    ];
  };
  const keys = new Map(await Promise.all(pools.map(keyOf)));
  writeFileSync(keyFile, JSON.stringify(kept), { mode: 0o600 });
  return keys;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return exportJWK(privateKey);
}

/** The same e-mail in the same pool gives the same subject, in the format of a Cognito `sub`. */
function subjectOf({ id }: Pool, email: string): string {
  const address = email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const hex = createHash("sha256").update(`${id} ${address}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
