import { describe, expect, test } from "vitest";
import { z } from "zod";
import { required, tokensIn } from "./responses";
import type { AuthorizationRequest } from "./authorization";
import { commonClaims, everyClaim, userinfoClaims } from "./claims";
import { serverUnderTest, valueOrSkip } from "./server";
import { idTokenClaims, refresh, signIn, verifyJwt } from "./tokens";

const server = serverUnderTest();
const { alice, bob, carol } = server.users;

async function claimsFor(request: AuthorizationRequest) {
  return idTokenClaims((await signIn(server, request)).tokens);
}

describe("an id_token", () => {
  test("is an ES384 JWT that verifies against the published keys", async () => {
    const { tokens, client } = await signIn(server);

    const idToken = required(tokens.id_token, "an id_token");
    const { protectedHeader } = await verifyJwt(server, idToken, client.clientId);

    expect(protectedHeader).toMatchObject({ alg: "ES384", kid: expect.any(String) });
  });

  test("expires after one hour", async () => {
    const { iat = 0, exp } = await claimsFor({});

    expect(exp).toBe(iat + 3600);
  });

  test("contains the nonce of the authorization request", async () => {
    expect(await claimsFor({ parameters: { nonce: "a nonce" } })).toHaveProperty(
      "nonce",
      "a nonce",
    );
  });

  test("has a sid if the application's back-channel logout requires it", async (context) => {
    valueOrSkip(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");

    expect(await claimsFor({})).toMatchObject({ sid: expect.any(String) });
  });

  test("has no sid if the application's back-channel logout does not require it", async (context) => {
    const client = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");

    expect(await claimsFor({ client })).not.toHaveProperty("sid");
  });

  test("has the same subject for a user at every application", async (context) => {
    const client = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");

    const { sub } = await claimsFor({});

    expect(await claimsFor({ client })).toHaveProperty("sub", sub);
  });
});

describe("the claims in an id_token", () => {
  test("are all but four of the existing ones if every scope is requested", async () => {
    const { success, error } = commonClaims.safeParse(await claimsFor({ scope: everyClaim }));

    expect(success, error && z.prettifyError(error)).toBe(true);
  });

  test("exclude those that only userinfo returns", async () => {
    const claims = await claimsFor({ scope: everyClaim });

    for (const claim of Object.keys(userinfoClaims.shape)) expect(claims).not.toHaveProperty(claim);
  });

  test("about the user are the subject alone without those scopes", async () => {
    const bare = await claimsFor({ scope: "openid" });

    expect(Object.keys(bare).filter((claim) => claim in commonClaims.shape)).toEqual(["sub"]);
  });

  test("are null for an unset name, picture, e-mail address and phone number", async () => {
    expect(await claimsFor({ user: carol, scope: everyClaim })).toMatchObject({
      name: null,
      picture: null,
      email: null,
      phone_number: null,
      username: carol.username,
    });
  });

  test("are absent for every other unset member of the profile", async () => {
    const claims = await claimsFor({ user: carol, scope: everyClaim });

    for (const claim of [
      ...["family_name", "given_name", "middle_name", "nickname", "profile", "website"],
      ...["gender", "birthdate", "zoneinfo", "locale", "address"],
    ]) {
      expect(claims).not.toHaveProperty(claim);
    }
  });

  test("have the username as preferred_username if that is not set (1.41)", async () => {
    expect(await claimsFor({ user: carol, scope: everyClaim })).toHaveProperty(
      "preferred_username",
      carol.username,
    );
  });

  test("include the user's roles", async () => {
    expect(await claimsFor({ user: alice, scope: "openid roles" })).toHaveProperty("roles", [
      "admin",
    ]);
    expect(await claimsFor({ user: bob, scope: "openid roles" })).toHaveProperty("roles", [
      "editor",
    ]);
  });

  test("are current after a refresh", async () => {
    const session = await signIn(server, { scope: `${everyClaim} offline_access` });

    const fresh = commonClaims.parse(idTokenClaims(tokensIn(await refresh(server, session))));

    const { updated_at, ...lasting } = commonClaims.parse(idTokenClaims(session.tokens));
    expect(fresh).toMatchObject(lasting);
    expect(fresh.updated_at).toBeGreaterThanOrEqual(updated_at);
  });

  test("have a later updated_at after each sign-in", async () => {
    const first = await claimsFor({ scope: "openid profile" });
    const second = await claimsFor({ scope: "openid profile" });

    expect(Number(second.updated_at)).toBeGreaterThan(Number(first.updated_at));
    expect(second.created_at).toBe(first.created_at);
  });
});
