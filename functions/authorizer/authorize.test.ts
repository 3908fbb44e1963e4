import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { authorizer } from "./authorize.ts";
import { KeysUnavailable, keyFetcher } from "./signing-keys.ts";

/** Short keys: longer ones take a tenth of a second to make. */
const key = () => generateKeyPairSync("rsa", { modulusLength: 1024 });
const pools = {
  client: { issuer: "https://clients.example.org/pool", audience: "client-web", keys: key() },
  staff: { issuer: "https://staff.example.org/pool", audience: "staff-web", keys: key() },
};
const keySets: Record<string, object> = Object.fromEntries(
  Object.entries(pools).map(([kid, { issuer, keys }]) => [
    `${issuer}/.well-known/jwks.json`,
    { keys: [{ ...keys.publicKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid }] },
  ]),
);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
function jwt(claims: object, privateKey: KeyObject, header: object = {}): string {
  const signed = `${part({ alg: "RS256", typ: "JWT", ...header })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

const seconds = Math.floor(Date.now() / 1000);
/** A token of a pool as Cognito writes it, with a test's changes. */
function tokenOf(pool: keyof typeof pools, changes: Record<string, unknown> = {}, header: object = {}): string {
  const { issuer, audience, keys } = pools[pool];
  const claims = {
    iss: issuer,
    aud: audience,
    sub: "sub-1",
    email: "ada@example.org",
    email_verified: true,
    "cognito:groups": ["admin", "finance"],
    token_use: "id",
    iat: seconds,
    exp: seconds + 900,
    ...changes,
  };
  return jwt(claims, keys.privateKey, { kid: pool, ...header });
}

const eventOf = (authorization: string) =>
  ({ version: "2.0", type: "REQUEST", identitySource: [authorization] }) as APIGatewayRequestAuthorizerEventV2;

/** Retries without a pause. */
const atOnce = { pauses: { firstMs: 1, longestMs: 1 }, random: () => 0 };

/** The authorizer of both pools, with keys from here, and the URLs it has fetched. */
function setUp(answer: (uri: string) => Response = (uri) => Response.json(keySets[uri])) {
  const asked: string[] = [];
  const ask = async (uri: string | URL | Request) => {
    asked.push(String(uri));
    return answer(String(uri));
  };
  const { client, staff } = pools;
  const fetcher = keyFetcher({ maxCalls: 3, timeout: 1_000, ...atOnce, fetch: ask });
  const issuers = [client, staff].map(({ issuer, audience }) => ({ issuer, audience, jwksUri: undefined }));
  const authorize = authorizer(issuers, fetcher);
  return { asked, authorize: (authorization: string) => authorize(eventOf(authorization)) };
}

describe("a valid token", () => {
  test.each(["client", "staff"] as const)("of the %s pool is passed on to the functions behind", async (pool) => {
    const { authorize } = setUp();

    expect(await authorize(`Bearer ${tokenOf(pool)}`)).toEqual({
      isAuthorized: true,
      context: {
        iss: pools[pool].issuer,
        sub: "sub-1",
        email: "ada@example.org",
        email_verified: true,
        groups: '["admin","finance"]',
        exp: seconds + 900,
      },
    });
  });

  test("passes on its exact groups, spaces included, or an empty list", async () => {
    const { authorize } = setUp();
    const groupsOf = async (groups: unknown) =>
      (await authorize(`Bearer ${tokenOf("staff", { "cognito:groups": groups })}`)).context.groups;

    expect(await groupsOf(["not admin"])).toBe('["not admin"]');
    expect(await groupsOf(undefined)).toBe("[]");
  });

  test("costs one fetch of its pool's keys, however many come", async () => {
    const { asked, authorize } = setUp();
    for (let count = 0; count < 5; count += 1) await authorize(`Bearer ${tokenOf("staff")}`);
    await authorize(`Bearer ${tokenOf("client")}`);

    expect(asked).toEqual(
      Object.values(pools)
        .map(({ issuer }) => `${issuer}/.well-known/jwks.json`)
        .reverse(),
    );
  });
});

describe("an invalid token gets 401, by the exact message that the gateway expects", () => {
  const forged = tokenOf("staff").replace(/[^.]+$/, "A".repeat(342));
  test.each([
    ["nothing", ""],
    ["no token", "Bearer"],
    ["nonsense", "Bearer nonsense"],
    ["a forged signature", `Bearer ${forged}`],
    ["no signature", `Bearer ${part({ alg: "none", kid: "staff" })}.${part({ iss: pools.staff.issuer })}.`],
    ["an expired token", `Bearer ${tokenOf("staff", { exp: seconds - 1 })}`],
    ["a token without an expiry", `Bearer ${tokenOf("staff", { exp: undefined })}`],
    ["a token that is not valid yet", `Bearer ${tokenOf("staff", { nbf: seconds + 600 })}`],
    ["an access token", `Bearer ${tokenOf("staff", { token_use: "access", aud: undefined, client_id: "staff-web" })}`],
    ["an access token with an audience", `Bearer ${tokenOf("staff", { token_use: "access" })}`],
    ["a token without a subject", `Bearer ${tokenOf("staff", { sub: undefined })}`],
    ["a token of another app client", `Bearer ${tokenOf("staff", { aud: "client-web" })}`],
    ["a token of another issuer", `Bearer ${tokenOf("staff", { iss: "https://elsewhere.example.org" })}`],
    ["a token without an issuer", `Bearer ${tokenOf("staff", { iss: undefined })}`],
    [
      "a token of the clients' pool that claims the staff's issuer",
      `Bearer ${jwt({ iss: pools.staff.issuer }, pools.client.keys.privateKey)}`,
    ],
    [
      "a staff token signed with the clients' key",
      `Bearer ${tokenOf("client", { iss: pools.staff.issuer, aud: "staff-web" })}`,
    ],
    ["an unknown key", `Bearer ${tokenOf("staff", {}, { kid: "other" })}`],
    ["a token without a key id", `Bearer ${tokenOf("staff", {}, { kid: undefined })}`],
    ["another algorithm", `Bearer ${tokenOf("staff", {}, { alg: "HS256" })}`],
    ["basic credentials", "Basic YWRtaW46YWRtaW4="],
  ])("%s", async (_what, authorization) => {
    const { authorize } = setUp();

    await expect(authorize(authorization)).rejects.toThrow(/^Unauthorized$/);
    // The next token is checked on its own.
    expect(await authorize(`Bearer ${tokenOf("staff")}`)).toMatchObject({ isAuthorized: true });
  });

  test("any other text and any other claims too", async () => {
    const { authorize } = setUp();
    const claims = fc.dictionary(fc.constantFrom("iss", "aud", "exp", "nbf", "token_use", "scope"), fc.json());
    const texts = fc.oneof(
      fc.string(),
      claims.map((given) => `Bearer ${tokenOf("staff", { ...given, sub: "" })}.`),
      claims.map((given) => `Bearer ${jwt(given, pools.staff.keys.privateKey, { kid: "staff" })}`),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        await expect(authorize(text)).rejects.toThrow(/^Unauthorized$/);
      }),
      { seed: 7 },
    );
  });

  test("an unknown key does not cause repeated fetches", async () => {
    const { asked, authorize } = setUp();
    for (let count = 0; count < 5; count += 1) {
      await expect(authorize(`Bearer ${tokenOf("staff", {}, { kid: `other-${count}` })}`)).rejects.toThrow(
        "Unauthorized",
      );
    }

    expect(asked).toHaveLength(1);
  });
});

describe("unavailable keys are an outage, and do not make the token invalid", () => {
  test.each([
    ["a server that fails", () => new Response("", { status: 503 })],
    ["a broken key set", () => Response.json({ keys: "none" })],
    ["an HTML page instead of a key set", () => new Response("<html>")],
    [
      "no answer",
      () => {
        throw new TypeError("fetch failed");
      },
    ],
  ])("%s", async (_what, answer) => {
    const { authorize } = setUp(answer);
    const failure = await authorize(`Bearer ${tokenOf("staff")}`).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).not.toBe("Unauthorized");
  });

  test("they are fetched three times, and again for the next token", async () => {
    let failures = 4;
    const { asked, authorize } = setUp((uri) => {
      failures -= 1;
      return failures >= 0 ? new Response("", { status: 500 }) : Response.json(keySets[uri]);
    });

    await expect(authorize(`Bearer ${tokenOf("staff")}`)).rejects.toThrow(KeysUnavailable);
    expect(asked).toHaveLength(3);
    expect(await authorize(`Bearer ${tokenOf("staff")}`)).toMatchObject({ isAuthorized: true });
    expect(asked).toHaveLength(5);
  });

  test("a server that never answers times out", async () => {
    const never = (_uri: unknown, options: RequestInit = {}) =>
      new Promise<Response>((_, refuse) => {
        options.signal?.addEventListener("abort", () => refuse(options.signal?.reason));
      });
    const fetcher = keyFetcher({ maxCalls: 2, timeout: 5, ...atOnce, fetch: never as typeof fetch });

    await expect(fetcher.fetch("https://staff.example.org")).rejects.toThrow(KeysUnavailable);
  });
});
