import { describe, expect, test } from "vitest";
import { toPublicSession, toSessionUser } from "@/lib/session/model/public-session";
import { session } from "./sessions";

const sub = "k3v9t2m8qx1a";

describe("the public session", () => {
  test("contains exactly these members, whatever the tokens and claims are", () => {
    const token = session({
      claims: {
        sub,
        name: "Alice Kim",
        username: "alice",
        email: "alice@example.com",
        email_verified: true,
        picture: "https://logto.test/alice.svg",
        roles: ["admin"],
        organizations: ["r6f1s9e4ok2m"],
        organization_roles: ["r6f1s9e4ok2m:admin"],
        phone_number: "4915112345678",
        custom_data: { plan: "team" },
        identities: { github: { userId: "583231" } },
        department: "unknown to us",
      },
    });
    expect(toPublicSession(token)).toStrictEqual({
      user: {
        id: sub,
        name: "Alice Kim",
        username: "alice",
        email: "alice@example.com",
        emailVerified: true,
        image: "https://logto.test/alice.svg",
        roles: ["admin"],
        organizations: ["r6f1s9e4ok2m"],
        organizationRoles: ["r6f1s9e4ok2m:admin"],
      },
      expires: new Date(token.exp * 1000).toISOString(),
    });
  });

  test("contains neither a token nor the session id", () => {
    const token = session();
    const json = JSON.stringify(toPublicSession(token));
    for (const secret of [token.accessToken, token.refreshToken, token.sessionId])
      expect(json).not.toContain(secret);
  });

  test("has a default for every member of a user without claims", () => {
    expect(toSessionUser({ subject: sub, claims: { sub } })).toStrictEqual({
      id: sub,
      name: null,
      username: null,
      email: null,
      emailVerified: false,
      image: null,
      roles: [],
      organizations: [],
      organizationRoles: [],
    });
  });

  test("uses the username when there is no name", () => {
    expect(
      toSessionUser({ subject: sub, claims: { sub, name: null, username: "carol" } }).name,
    ).toBe("carol");
  });

  test("treats null as unset", () => {
    const claims = {
      sub,
      email: null,
      email_verified: null,
      picture: null,
      roles: null,
      organizations: null,
    };
    expect(toSessionUser({ subject: sub, claims })).toMatchObject({
      email: null,
      emailVerified: false,
      image: null,
      roles: [],
      organizations: [],
    });
  });

  test("has no picture that the Content Security Policy forbids", () => {
    const claims = { sub, picture: "ftp://pictures.example/alice.svg" };
    expect(toSessionUser({ subject: sub, claims }).image).toBeNull();
  });

  test("takes the user id from the subject, not from a claim", () => {
    expect(toSessionUser({ subject: sub, claims: { sub: "somebody else", id: "x" } }).id).toBe(sub);
  });
});
