import { describe, expect, test } from "vitest";
import { type Authorized, callerOf } from "./caller.ts";
import { clientClaims, issuers, staffClaims } from "./testing/http-event.ts";

const now = "2027-03-01T17:00:00Z";
const of = (authorized: Authorized) => callerOf(authorized, issuers, now);
const ofClaims = (claims: Record<string, unknown>) => of({ jwt: { claims } });
const ofContext = (lambda: Record<string, unknown>) => of({ lambda });
const context = { iss: issuers.staff, sub: "sub-1", email: "ada@example.org", email_verified: true, exp: 4102444800 };

describe("roles count by issuer", () => {
  test.each(["[admin]", "[clinician admin finance]", "[client]", undefined])(
    "a token of the clients' pool makes only a client, even if it names the group %j",
    (groups) => {
      expect(ofClaims(clientClaims({ "cognito:groups": groups }))?.roles).toEqual(["client"]);
      expect(ofContext({ ...context, iss: issuers.client, groups: '["admin"]' })?.roles).toEqual(["client"]);
    },
  );

  test.each([
    ["[admin]", ["admin"]],
    ["[admin finance]", ["admin", "finance"]],
    ["[clinician admin finance]", ["clinician", "admin", "finance"]],
  ])("the staff's pool names them: %j", (groups, roles) => {
    expect(ofClaims(staffClaims(groups))?.roles).toEqual(roles);
    expect(ofContext({ ...context, groups: JSON.stringify(roles) })?.roles).toEqual(roles);
  });

  test("the staff pool makes nobody a client", () => {
    expect(ofContext({ ...context, groups: '["client"]' })?.roles).toEqual([]);
    expect(ofClaims(staffClaims("[client]"))?.roles).toEqual([]);
  });

  test.each([undefined, "", "[]", "[administrator]"])("staff without a known group have no roles: %j", (groups) => {
    expect(ofClaims(staffClaims("", { "cognito:groups": groups }))?.roles).toEqual([]);
  });

  test.each(["https://elsewhere.example.org", `${issuers.staff}/`, undefined, ""])(
    "tokens of %j are accepted for nobody",
    (iss) => {
      expect(ofClaims(staffClaims("[admin]", { iss }))).toBeNull();
      expect(ofContext({ ...context, iss, groups: '["admin"]' })).toBeNull();
    },
  );
});

describe("groups are exact names", () => {
  test.each([
    "not admin",
    " admin",
    "admin ",
    "admin finance",
    "Admin",
    "admins",
    "admin,finance",
    "[admin",
    "admin]",
    '"admin"',
  ])("a group called %j is not a role", (group) => {
    expect(ofContext({ ...context, groups: JSON.stringify([group]) })?.roles).toEqual([]);
  });

  test("nor in a JWT authorizer's text, except where it looks like two groups", () => {
    const groups = ["not admin", " admin", "admin ", "Admin", "admins", "admin,finance", "[admin", "admin]", '"admin"'];
    for (const group of groups) expect(ofClaims(staffClaims(`[${group}]`))?.roles, group).toEqual([]);
    expect(ofClaims(staffClaims("[admin  finance]"))?.roles).toEqual([]);
    expect(ofClaims(staffClaims("[admin, finance]"))?.roles).toEqual([]);
  });

  test.each(["admin", "[admin]", '{"0":"admin"}', "null", "", undefined, 7])(
    "our authorizer's list is JSON: %j",
    (groups) => {
      expect(ofContext({ ...context, groups })?.roles).toEqual([]);
    },
  );
});

describe("a person", () => {
  test("is known by an address in ASCII lower case", () => {
    expect(ofClaims(clientClaims({ email: " Ada@Example.ORG" }))?.email).toBe("ada@example.org");
    expect(ofClaims(clientClaims({ email: "\u212Aim@example.org" }))?.email).toBe("\u212Aim@example.org");
  });

  test.each([
    { sub: "" },
    { sub: undefined },
    { email: "" },
    { email: undefined },
    { email_verified: "false" },
    { email_verified: false },
    { email_verified: undefined },
    { exp: undefined },
    { exp: "soon" },
    { exp: String(Date.parse(now) / 1000) },
    { exp: Date.parse(now) / 1000 - 1 },
  ])("is not recognized with %j", (wrong) => {
    expect(ofClaims(clientClaims(wrong))).toBeNull();
    expect(ofContext({ ...context, groups: '["admin"]', ...wrong })).toBeNull();
  });

  test("is recognized until the token's last second, and not without a token", () => {
    expect(ofClaims(clientClaims({ exp: Date.parse(now) / 1000 + 1 }))).not.toBeNull();
    expect(callerOf(undefined, issuers, now)).toBeNull();
    expect(of({ lambda: null })).toBeNull();
  });
});
