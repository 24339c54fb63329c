import { describe, expect, test } from "vitest";
import { ZodError } from "zod";
import { claimScopes, parseUserClaims } from "@/lib/logto/claims";

const sub = "k3v9t2m8qx1a";

/** Logto's userinfo response for a user with a full profile. */
const allClaims = {
  sub,
  name: "Alice Kim",
  username: "alice",
  picture: "https://logto.test/alice.svg",
  email: "alice@example.com",
  email_verified: true,
  phone_number: "4915112345678",
  phone_number_verified: false,
  created_at: 1_760_000_000_123,
  updated_at: 1_760_000_500_456,
  address: { formatted: "Unter den Linden 1", streetAddress: "Unter den Linden 1" },
  roles: ["admin"],
  organizations: ["r6f1s9e4ok2m"],
  organization_roles: ["r6f1s9e4ok2m:admin"],
  organization_data: [{ id: "r6f1s9e4ok2m", name: "Acme", description: null }],
  custom_data: { plan: "team", nested: { deep: [1, 2] } },
  identities: { github: { userId: "583231", details: { id: "583231" } } },
  sso_identities: [{ issuer: "https://idp.example.com", identityId: "alice" }],
};

describe("the claims of a user", () => {
  test("stay as Logto sent them, with times in milliseconds and a camelCase address", () => {
    expect(parseUserClaims(allClaims)).toEqual(allClaims);
  });

  test("may be null, which means unset, and are not added when absent", () => {
    const unset = { sub, name: null, picture: null, email: null, phone_number: null };
    expect(parseUserClaims(unset)).toEqual(unset);
    expect(Object.keys(parseUserClaims({ sub }))).toEqual(["sub"]);
  });

  test("include unknown claims and unknown members", () => {
    const unknown = {
      sub,
      department: { id: 7 },
      address: { streetAddress: "1", co: "Kim" },
      organization_data: [{ id: "a", name: "A", customData: {} }],
    };
    expect(parseUserClaims(unknown)).toEqual(unknown);
  });

  test.each<[string, unknown[]]>([
    ["name", [7]],
    ["email_verified", ["yes"]],
    ["created_at", ["2026-01-01T00:00:00Z"]],
    ["address", ["Unter den Linden 1", { streetAddress: 1 }]],
    ["roles", ["admin", ["admin", 7]]],
    ["organizations", [{ acme: true }]],
    ["organization_data", [[{ id: "without a name" }]]],
    ["custom_data", [[]]],
    ["sso_identities", [{}]],
  ])("omit a malformed %s (%j) and keep the others", (name, values) => {
    const kept = { sub, username: "alice" };
    for (const value of values) expect(parseUserClaims({ ...kept, [name]: value })).toEqual(kept);
  });

  test("exclude the claims about the token", () => {
    const times = { exp: 1, iat: 1, nbf: 1, auth_time: 1 };
    const ids = { iss: "https://logto.test/oidc", aud: "app", azp: "app", jti: "id", sid: "s" };
    const kept = { sub, name: "Alice Kim" };
    const claims = { ...times, ...ids, nonce: "n", at_hash: "hash", ...kept };
    expect(parseUserClaims(claims)).toEqual(kept);
  });

  test.each<[unknown]>([[{}], [{ sub: "" }], [{ sub: 7 }], [null], ["jwt"], [[]]])(
    "require a subject, which %j does not have",
    (payload) => {
      expect(() => parseUserClaims(payload)).toThrow(ZodError);
    },
  );

  test("cannot set a prototype", () => {
    const claims = parseUserClaims(JSON.parse(`{"sub":"${sub}","__proto__":{"roles":["admin"]}}`));
    expect(claims.roles).toBeUndefined();
    expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
  });
});

test("every claim has a scope in `claimScopes`", () => {
  expect(Object.keys(allClaims).filter((name) => !claimScopes[name])).toEqual([]);
  expect(claimScopes).toMatchObject({
    sub: "openid",
    username: "profile",
    email_verified: "email",
    organization_data: "urn:logto:scope:organizations",
    sso_identities: "identities",
  });
});
