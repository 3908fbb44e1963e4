import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Authorizer } from "./topology.ts";

export type Issued = { token: string; sub: string; expiresAt: number };
/** Signs ID tokens as the template's user pool would, and verifies them as the API's JWT authorizer does. */
export type Issuer = {
  issue(role: string, email: string): Promise<Issued>;
  /** The claims of a valid token of this authorizer; undefined for any other. */
  verify(token: string, authorizer: Authorizer): Promise<JWTPayload | undefined>;
};

const HOUR = 3600;

/** The key is kept at `keyFile`, so that tokens stay valid over a restart. `now` is in epoch milliseconds. */
export async function createIssuer(keyFile: string, authorizer: Authorizer, now: () => number): Promise<Issuer> {
  if (!existsSync(keyFile)) {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    writeFileSync(keyFile, JSON.stringify({ ...(await exportJWK(privateKey)), kid: "local" }), { mode: 0o600 });
  }
  const jwk = JSON.parse(readFileSync(keyFile, "utf8"));
  const privateKey = await importJWK(jwk, "RS256");
  const publicKey = await importJWK({ kty: jwk.kty, n: jwk.n, e: jwk.e }, "RS256");
  const verified = new Map<string, JWTPayload>();

  async function claimsOf(token: string): Promise<JWTPayload | undefined> {
    const known = verified.get(token);
    if (known) return known;
    try {
      // Times are checked against the clock of the stack at each use, below.
      const { payload } = await jwtVerify(token, publicKey, { algorithms: ["RS256"], currentDate: new Date(0) });
      if (verified.size > 5000) verified.clear();
      verified.set(token, payload);
      return payload;
    } catch {
      return undefined;
    }
  }

  return {
    async issue(role, email) {
      const issuedAt = Math.floor(now() / 1000);
      const sub = subjectOf(email);
      const token = await new SignJWT({
        email,
        email_verified: true,
        "cognito:groups": [role],
        "cognito:username": sub,
        token_use: "id",
      })
        .setProtectedHeader({ alg: "RS256", kid: "local" })
        .setIssuer(authorizer.issuer)
        .setAudience(authorizer.audience[0] ?? "local")
        .setSubject(sub)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + HOUR)
        .sign(privateKey);
      return { token, sub, expiresAt: (issuedAt + HOUR) * 1000 };
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
  };
}

/** The same e-mail is the same person, in the shape of a Cognito `sub`. */
function subjectOf(email: string): string {
  const hex = createHash("sha256")
    .update(email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
    .digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
