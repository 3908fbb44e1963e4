import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
const keySet = { keys: [{ ...publicKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid: "staff" }] };
const server = createServer((_request, response) => response.end(JSON.stringify(keySet)));
const lines: string[] = [];

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
function tokenFor(issuer: string, audience: string): string {
  const exp = Math.floor(Date.now() / 1000) + 900;
  const claims = { iss: issuer, aud: audience, sub: "sub-1", token_use: "id", exp };
  const signed = `${part({ alg: "RS256", kid: "staff" })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
}

async function ask(token: string): Promise<unknown> {
  const { handler } = await import("./handler.ts");
  return handler({ identitySource: [`Bearer ${token}`] } as APIGatewayRequestAuthorizerEventV2);
}

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const environment = {
    STAGE: "test",
    CLIENT_ISSUER: "https://clients.example.org",
    CLIENT_AUDIENCE: "client-web",
    // Nothing listens there.
    CLIENT_JWKS_URI: "http://127.0.0.1:1/jwks.json",
    STAFF_ISSUER: "https://staff.example.org",
    STAFF_AUDIENCE: "staff-web",
    STAFF_JWKS_URI: `http://127.0.0.1:${port}/jwks.json`,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
});
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.close();
});

test("keys are fetched from the configured URL, and an invalid token is not counted as our failure", async () => {
  expect(await ask(tokenFor("https://staff.example.org", "staff-web"))).toMatchObject({ isAuthorized: true });
  await expect(ask("nonsense")).rejects.toThrow(/^Unauthorized$/);
  expect(lines).toEqual([]);
});

test("unavailable keys are counted for an alarm, and do not make the token invalid", async () => {
  await expect(ask(tokenFor("https://clients.example.org", "client-web"))).rejects.toThrow("no signing keys");

  expect(lines.some((line) => line.includes('"SigningKeysUnavailable":1'))).toBe(true);
  expect(lines.join()).not.toContain("eyJ");
});
