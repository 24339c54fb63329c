import { describe, expect, test } from "vitest";
import type { UserClaims } from "@/lib/logto/claims";
import { toPublicSession, toSessionUser } from "@/lib/session/model/public-session";
import { session, subject as sub } from "./sessions";

describe("the public session", () => {
  const userOf = (claims: Partial<UserClaims>) =>
    toSessionUser({ subject: sub, claims: { sub, ...claims } });
  const empty = {
    id: sub,
    name: null,
    username: null,
    email: null,
    emailVerified: false,
    image: null,
    roles: [],
    organizations: [],
    organizationRoles: [],
  };

  test("contains exactly these members, whatever the tokens and claims are", () => {
    const same = { name: "Alice Kim", username: "alice", email: "alice@example.com" };
    const lists = { roles: ["admin"], organizations: ["r6f1s9e4ok2m"] };
    const [picture, member] = ["https://logto.test/alice.svg", ["r6f1s9e4ok2m:admin"]];
    const shown = { email_verified: true, picture, organization_roles: member };
    const hidden = {
      phone_number: "4915112345678",
      custom_data: { plan: "team" },
      identities: { github: { userId: "583231" } },
      department: "unknown to us",
    };
    const token = session({ claims: { sub, ...same, ...lists, ...shown, ...hidden } });
    const renamed = { emailVerified: true, image: picture, organizationRoles: member };
    expect(toPublicSession(token)).toStrictEqual({
      user: { id: sub, ...same, ...lists, ...renamed },
      expires: new Date(token.exp * 1000).toISOString(),
    });
  });

  test.each([
    ["absent", {}],
    [
      "null",
      { email: null, email_verified: null, picture: null, roles: null, organizations: null },
    ],
  ])("has a default for every member whose claim is %s", (_, claims) => {
    expect(userOf(claims)).toStrictEqual(empty);
  });

  test("uses the username when there is no name", () => {
    expect(userOf({ name: null, username: "carol" }).name).toBe("carol");
  });

  test("has no picture that the Content Security Policy forbids", () => {
    expect(userOf({ picture: "ftp://pictures.example/alice.svg" }).image).toBeNull();
  });

  test("takes the user id from the subject, not from a claim", () => {
    expect(userOf({ sub: "somebody else", id: "x" }).id).toBe(sub);
  });
});
