import "./mock-request";
import { describe, expect, test } from "vitest";
import { withSession } from "@/lib/session/guards";
import type { Requirement } from "@/lib/session/model/requirement";
import type { Session } from "@/lib/session/model/session";
import { requestWith } from "./request";
import { session } from "./sessions";

const mfa = "urn:logto:acr:mfa";
const oneFactor = "urn:logto:acr:1fa";

/** A session whose user authenticated so many seconds ago, in this way. */
const authenticated = (ago: number, acr?: string) =>
  session({
    authenticatedAt: Math.floor(Date.now() / 1000) - ago,
    claims: { sub: "k3v9t2m8qx1a", roles: ["admin"], ...(acr && { acr }) },
  });

async function responseTo(signedIn: Session, requirement: Requirement): Promise<Response> {
  const request = await requestWith(signedIn);
  return request.run(() => withSession(() => Response.json({}), requirement)());
}

describe("a guard that requires a recent sign-in, or a second factor", () => {
  test.each<[string, Session, Requirement]>([
    ["a sign-in within the time", authenticated(290), { freshWithin: 300 }],
    ["a clock at Logto that is ahead", authenticated(-50), { freshWithin: 300 }],
    ["two factors", authenticated(9_999, mfa), { acr: mfa }],
    ["two factors where one is enough", authenticated(9_999, mfa), { acr: oneFactor }],
    ["one factor where one is enough", authenticated(9_999, oneFactor), { acr: oneFactor }],
    ["both", authenticated(10, mfa), { freshWithin: 300, acr: mfa }],
  ])("accepts %s", async (_, signedIn, requirement) => {
    expect((await responseTo(signedIn, requirement)).status).toBe(200);
  });

  const old = "sign_in_again";
  const weak = "stronger_sign_in_needed";
  const maxAge = 'max_age="300"';
  const acrValues = `acr_values="${mfa}"`;
  test.each<[string, Session, Requirement, string, string]>([
    ["an older sign-in", authenticated(301), { freshWithin: 300 }, old, maxAge],
    ["an unknown time", session(), { freshWithin: 300 }, old, maxAge],
    ["a time in the future", authenticated(-90), { freshWithin: 300 }, old, maxAge],
    ["one factor", authenticated(1, oneFactor), { acr: mfa }, weak, acrValues],
    ["no known factor", authenticated(1), { acr: oneFactor }, weak, `acr_values="${oneFactor}"`],
    ["an unknown class", authenticated(1, "urn:other:mfa"), { acr: mfa }, weak, acrValues],
    [
      "two factors, too long ago",
      authenticated(301, mfa),
      { freshWithin: 300, acr: mfa },
      old,
      `${maxAge}, ${acrValues}`,
    ],
  ])("rejects %s with a challenge", async (_, signedIn, requirement, error, parameters) => {
    const response = await responseTo(signedIn, requirement);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer error="insufficient_user_authentication", ${parameters}`,
    );
    expect(await response.json()).toMatchObject({ error });
  });

  test("rejects a user without the role first: signing in again would not help", async () => {
    const response = await responseTo(authenticated(301), { freshWithin: 300, role: "owner" });
    expect(response.status).toBe(403);
  });
});
